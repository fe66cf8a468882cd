import { cruise, type IConfiguration, type ICruiseResult } from 'dependency-cruiser';

// Which room may import which: the arrows of the house run one way. `main` and `service` put the rooms together.
const doors: Readonly<Record<string, readonly string[]>> = {
  billing: [],
  telemetry: [],
  sample: [],
  upstream: ['billing', 'telemetry'],
  ledger: ['billing', 'telemetry'],
  sync: ['billing', 'upstream', 'ledger', 'telemetry'],
  // Of `sync` only "pull this account now": the rule below.
  usage: ['billing', 'upstream', 'ledger', 'sync', 'telemetry'],
  live: ['ledger'],
  graphql: ['billing', 'usage', 'live', 'telemetry'],
  http: ['graphql', 'live', 'usage', 'telemetry'],
  dashboard: [],
};
// Programs of their own, which put rooms together as `main` and `service` do.
const openRooms = new Set(['commands']);
const minModules = 40;

const rules: NonNullable<IConfiguration['forbidden']> = [
  { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
  {
    name: 'no-unresolvable',
    severity: 'error',
    // Generated documents import a package of types alone, which has nothing to resolve to.
    from: { pathNot: '^schema/generated/' },
    to: { couldNotResolve: true },
  },
  {
    name: 'no-dev-packages',
    severity: 'error',
    // The page brings its packages along, built in.
    from: { path: '^src/', pathNot: '^src/dashboard/' },
    to: { dependencyTypes: ['npm-dev'] },
  },
  {
    name: 'billing-is-pure',
    severity: 'error',
    from: { path: '^src/billing/' },
    to: { dependencyTypes: ['core', 'npm', 'npm-peer'] },
  },
  ...Object.entries(doors).map(([room, open]) => ({
    name: `doors-of-${room}`,
    severity: 'error' as const,
    from: { path: `^src/${room}/` },
    to: { path: '^src/', pathNot: `^src/(${[room, ...open].join('|')})/` },
  })),
];

const { output } = await cruise(
  ['src'],
  { ruleSet: { forbidden: rules }, validate: true, tsPreCompilationDeps: true, doNotFollow: 'node_modules' },
  {
    extensions: ['.ts', '.tsx', '.json', '.js'],
    exportsFields: ['exports'],
    conditionNames: ['import', 'node', 'default'],
  },
);
if (typeof output === 'string') throw new Error('dependency-cruiser gave a text instead of its findings');
report(output);

function report({ modules, summary }: ICruiseResult): void {
  const read = modules.filter((module) => module.source.startsWith('src/')).length;
  for (const { rule, from, to } of summary.violations) console.error(`${rule.name}: ${from} → ${to}`);
  const unknown = modules
    .map((module) => /^src\/([^/]+)\//.exec(module.source)?.[1])
    .filter((room) => room !== undefined && !(room in doors) && !openRooms.has(room));
  for (const room of new Set(unknown))
    console.error(`src/${room} is a room without doors: add it to ${import.meta.filename}`);
  // A check that read nothing finds nothing wrong.
  if (read < minModules) console.error(`only ${read} modules were read, so this check proves nothing`);
  const ok = summary.violations.length === 0 && unknown.length === 0 && read >= minModules;
  if (ok) console.log(`The doors of ${read} modules are in order.`);
  else process.exitCode = 1;
}
