import { describe, expect, it, onTestFinished } from 'vitest';
import { Tally } from '../ledger/played-history.ts';
import { testDatabases } from '../support/databases.ts';
import { startScriptedUpstream } from '../support/scripted-upstream.ts';
import { makeDisk } from './disk.ts';
import { playHistory } from './history.ts';
import { HttpUpstream } from './http-upstream.ts';
import { InProcessUpstream } from './in-process-upstream.ts';
import { Random } from './random.ts';
import type { SimulatedUpstream } from './simulated-upstream.ts';
import { Vendor } from './vendor.ts';
import { World } from './world.ts';

// SEED=n plays history n alone; SIMULATION_RUNS=m plays m of them, from SEED or 1 on, however long that takes.
const firstSeed = Number(process.env['SEED'] ?? '0');
const runs = Number(process.env['SIMULATION_RUNS'] ?? (firstSeed > 0 ? '1' : '0'));
const patienceMs = 3_600_000;

/** Of each kind of history: at most so many milliseconds in the suite, and this share of SIMULATION_RUNS. */
const bounds = {
  SQLite: [11_000, 1],
  PGlite: [5_000, 0.1],
  PostgreSQL: [5_000, 0.1],
  HTTP: [4_000, 0.05],
} as const;

type Connect = (vendors: ReadonlyMap<string, Vendor>, random: Random) => SimulatedUpstream;

describe.each(testDatabases)('simulated histories on $name', (testDatabase) => {
  it('keep every promise after every step', { timeout: patienceMs }, async () => {
    const world = new World(await makeDisk(testDatabase));
    const tally = await playHistories(
      testDatabase.name,
      world,
      (vendors, random) => new InProcessUpstream(vendors, random),
    );
    expect(isTelling(tally)).toBe(true);
  });
});

describe('simulated histories over HTTP', () => {
  it('keep every promise after every step', { timeout: patienceMs }, async () => {
    const [embedded] = testDatabases;
    if (embedded === undefined) throw new Error('there is no test database');
    const server = await startScriptedUpstream();
    onTestFinished(() => server.close());
    const world = new World(await makeDisk(embedded));
    const tally = await playHistories('HTTP', world, (vendors) => new HttpUpstream(server, vendors));
    expect(isTelling(tally)).toBe(true);
  });
});

async function playHistories(kind: keyof typeof bounds, world: World, connect: Connect): Promise<Tally> {
  const [limitMs, share] = bounds[kind];
  const tally = new Tally();
  const startMs = performance.now();
  await world.start();
  const first = Math.max(1, firstSeed);
  const last = runs > 0 ? first - 1 + Math.ceil(runs * share) : Infinity;
  for (let seed = first; seed <= last; seed++) {
    // However slow the machine is, too few histories would show nothing.
    if (last === Infinity && performance.now() - startMs > limitMs && isTelling(tally)) break;
    await playSeed(seed, world, connect, tally);
    tally.add('histories', 1);
  }
  await world.stop();
  console.log(`simulation (${kind}): ${JSON.stringify(tally.counts)}`);
  return tally;
}

/** Whether so much happened that the checks mean something; of one history alone nobody asks that. */
function isTelling({ counts }: Tally): boolean {
  if (runs === 1) return true;
  const names = [
    'histories',
    'rolledOver',
    'repriced',
    'pricedLate',
    'amended',
    'withdrawn',
    'pulls killed',
    'set aside as closed_period',
    'replays',
  ];
  return names.every((name) => (counts[name] ?? 0) >= 1);
}

async function playSeed(seed: number, world: World, connect: Connect, tally: Tally): Promise<void> {
  const random = new Random(seed);
  const prefix = `seed ${seed}:`;
  const vendors = new Map(['acme', 'bolt'].map((name) => [`${prefix} ${name}`, new Vendor(random)]));
  world.nowMs = Date.UTC(2024, 3, 29);
  const upstream = connect(vendors, random);
  try {
    await playHistory({ world, upstream, vendors, prefix, random, tally });
  } catch (error) {
    console.error(`repeat it with: SEED=${seed} npx vitest run test/simulation`);
    throw new Error(`history ${seed} failed: SEED=${seed} npx vitest run test/simulation`, { cause: error });
  } finally {
    await upstream.close();
  }
}
