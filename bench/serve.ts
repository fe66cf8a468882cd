import { deepStrictEqual } from 'node:assert';
import { setTimeout as sleep } from 'node:timers/promises';

import autocannon, { type Result } from 'autocannon';

import { query } from './contestants/sample-rows.ts';
import { type MeasuredProcess, startMeasured, serviceArgs } from './measured-process.ts';
import { formatTable, median } from './table.ts';

interface Contestant {
  readonly name: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

function peer(file: string, ...args: readonly string[]): readonly string[] {
  return ['--import', 'tsx', `bench/contestants/${file}.ts`, ...args];
}

// Every defence is on, as it is by default in production.
const ours = { PORT: '0', DATABASE_URL: 'memory:', LOG_LEVEL: 'fatal' };
const names = {
  sending: 'node:http sending finished bytes',
  remembering: 'node:http, texts rated before',
  floor: 'node:http computing the rows (the floor)',
  cached: 'ours',
  uncached: 'ours without any cache',
  tuned: 'mercurius + JIT, our resolvers and ledger',
  mercurius: 'mercurius + JIT as documented',
  yoga: 'yoga + JIT as documented',
  stock: 'Apollo + Fastify + type-graphql as documented',
} as const;
const contestants: readonly Contestant[] = [
  { name: names.sending, args: peer('floor', 'sending') },
  { name: names.remembering, args: peer('floor', 'remembering') },
  { name: names.floor, args: peer('floor', 'computing') },
  { name: names.cached, args: serviceArgs, env: ours },
  { name: names.uncached, args: serviceArgs, env: { ...ours, ANSWER_CACHE_BYTES: '0' } },
  { name: names.tuned, args: peer('mercurius-tuned') },
  { name: names.mercurius, args: peer('mercurius-documented') },
  { name: names.yoga, args: peer('yoga') },
  { name: names.stock, args: peer('stock-apollo') },
];

const connections = 50;
const roundCount = 5;
// By their number, not by time: a slow server on a busy machine has to be as warm as a fast one.
const warmUpRequests = 10_000;
const measuredS = 3;

interface Sample {
  readonly cpuUs: number;
  readonly requestsPerSecond: number;
  readonly p99Ms: number;
  readonly residentMiB: number;
}

/** Measures how much of the server each contestant takes for the same query, in turns. @returns the report's part */
export async function measureServing(): Promise<string> {
  const servers: { readonly name: string; readonly server: MeasuredProcess; readonly samples: Sample[] }[] =
    [];
  try {
    for (const { name, args, env } of contestants) {
      servers.push({ name, server: await startMeasured(args, env ?? {}), samples: [] });
    }
    await compareAnswers(servers);
    for (const { server } of servers) await load(server, { amount: warmUpRequests });
    for (let round = 1; round <= roundCount; round++) {
      for (const { name, server, samples } of servers) samples.push(await measure(name, server));
      console.log(`serve: round ${round} of ${roundCount} is done`);
    }
  } finally {
    await Promise.all(servers.map(({ server }) => server.stop()));
  }
  return report(new Map(servers.map(({ name, samples }) => [name, samples])));
}

async function compareAnswers(
  servers: readonly { readonly name: string; readonly server: MeasuredProcess }[],
): Promise<void> {
  let expected: unknown = null;
  for (const { name, server } of servers) {
    let answer: unknown = await ask(server);
    // The service's first pull may still be under way.
    for (let tries = 0; tries < 100 && JSON.stringify(answer).includes('errors'); tries++) {
      await sleep(100);
      answer = await ask(server);
    }
    expected ??= answer;
    deepStrictEqual(answer, expected, `${name} answers something else`);
  }
}

async function ask({ url }: MeasuredProcess): Promise<unknown> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  return response.json();
}

function load(
  { url }: MeasuredProcess,
  length: { readonly amount: number } | { readonly duration: number },
): Promise<Result> {
  return autocannon({
    url: `${url}/graphql`,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
    connections,
    ...length,
  });
}

async function measure(name: string, server: MeasuredProcess, tries = 4): Promise<Sample> {
  const before = await server.read();
  const begin = performance.now();
  const result = await load(server, { duration: measuredS });
  const elapsedS = (performance.now() - begin) / 1_000;
  const after = await server.read();
  const { non2xx, errors, statusCodeStats } = result;
  if (non2xx > 0 || errors > 0) {
    // A stall of the machine looks like overload to the service, which then refuses for a while.
    if (tries === 1)
      throw new Error(`${name} failed under load: ${JSON.stringify({ statusCodeStats, errors })}`);
    await sleep(6_000);
    return measure(name, server, tries - 1);
  }
  return {
    cpuUs: (after.cpuUs - before.cpuUs) / result.requests.total,
    requestsPerSecond: result.requests.total / elapsedS,
    p99Ms: result.latency.p99,
    residentMiB: after.residentBytes / 2 ** 20,
  };
}

function report(samples: ReadonlyMap<string, readonly Sample[]>): string {
  const rows = [...samples].map(([name, ofName]) => [
    name,
    median(ofName.map(({ cpuUs }) => cpuUs)).toFixed(0),
    median(ofName.map(({ requestsPerSecond }) => requestsPerSecond)).toFixed(0),
    median(ofName.map(({ p99Ms }) => p99Ms)).toFixed(0),
    median(ofName.map(({ residentMiB }) => residentMiB)).toFixed(0),
  ]);
  const ratio = (of: string, to: string): number =>
    // Each round's own ratio: what slows the machine down for a while slows both.
    median(
      (samples.get(of) ?? []).map(
        (sample, round) => sample.cpuUs / (samples.get(to)?.[round]?.cpuUs ?? Number.NaN),
      ),
    );
  const wanted = [
    [names.uncached, names.floor, 0.45],
    [names.uncached, names.stock, 2],
    [names.uncached, names.mercurius, null],
    [names.uncached, names.tuned, null],
    [names.cached, names.floor, 1.3],
    [names.cached, names.stock, 10],
    [names.uncached, names.remembering, null],
  ] as const;
  const ratios = wanted.map(([of, to, bar]) => [
    of,
    to,
    `${ratio(to, of).toFixed(2)} ×`,
    bar === null ? '' : `${bar.toFixed(2)} ×`,
  ]);
  return [
    `110 rows of \`id timestamp creditsUsed report { id name }\`, ${connections} connections, ${roundCount} interleaved rounds of ${measuredS} s, medians. All answers were compared first. The peers hold the rows in memory.`,
    formatTable(['server', 'µs CPU per request', 'requests/s', 'p99 ms', 'RSS MiB'], rows),
    'How much less CPU a request takes, as the median of the rounds’ ratios:',
    formatTable(['server', 'against', 'ratio', 'bar'], ratios),
  ].join('\n\n');
}
