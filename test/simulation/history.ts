import assert from 'node:assert/strict';
import type { Tally } from '../ledger/played-history.ts';
import { checkAccount } from './invariants.ts';
import { PulledAccount } from './pulled-account.ts';
import type { Random } from './random.ts';
import { replay, retellings } from './replay.ts';
import type { SimulatedUpstream } from './simulated-upstream.ts';
import { dropTheWay, readAccounts, readStoredRows } from './stored-rows.ts';
import type { Vendor } from './vendor.ts';
import type { World } from './world.ts';

const pauses = [1, 10_000, 60_000, 3_600_000, 86_400_000] as const;

/** Where a history takes place. */
export interface Stage {
  readonly world: World;
  readonly upstream: SimulatedUpstream;
  /** By account. They share ids. */
  readonly vendors: ReadonlyMap<string, Vendor>;
  /** What the names of its accounts begin with, and no other's. */
  readonly prefix: string;
  readonly random: Random;
  readonly tally: Tally;
}

/** Plays one history of some accounts, and checks everything after each step. */
export async function playHistory(stage: Stage): Promise<void> {
  const { world, vendors, random, tally } = stage;
  const accounts = [...vendors].map(([account, vendor]) => ({
    vendor,
    pulled: new PulledAccount(account, stage),
    closed: new Map<number, string>(),
    revision: 0,
  }));
  for (let step = 4 + random.below(12); step > 0; step--) {
    world.nowMs += random.pick(pauses);
    const acting = accounts[random.below(accounts.length)];
    for (let changes = random.below(4); changes > 0; changes--) acting?.vendor.change();
    if (random.chance(0.05)) {
      await world.stop();
      await world.start();
      tally.add('restarts', 1);
    }
    await acting?.pulled.pull();
    tally.add('steps', 1);
    // The others too: what happens to one account is to be seen nowhere else.
    for (const { pulled, vendor, closed } of accounts) {
      const model = pulled.model.ledger;
      await checkAccount(world, { account: pulled.account, model, vendor }, random);
      await checkClosed(world, pulled.account, closed, model.periods.length);
    }
    for (const one of accounts) {
      const usage = await world.ledger.readPeriod(one.pulled.account, null);
      const revision = usage?.freshness.revision ?? 0;
      assert.ok(revision >= one.revision, 'the revision fell');
      one.revision = revision;
    }
  }
  assert.deepEqual(
    (await readAccounts(world.database, stage.prefix)).filter((name) => !vendors.has(name)),
    [],
    'rows of an account that never was',
  );
  for (const { pulled } of accounts) await checkReplays(stage, pulled);
}

/** What was stored of a closed period when it closed is there to the last byte. */
async function checkClosed(
  world: World,
  account: string,
  closed: Map<number, string>,
  openId: number,
): Promise<void> {
  for (let id = 1; id < openId; id++) {
    const rows = JSON.stringify(await readStoredRows(world.database, account, { fromId: id, toId: id }));
    assert.equal(rows, closed.get(id) ?? rows, `closed period ${id} changed`);
    closed.set(id, rows);
  }
}

async function checkReplays({ world, random, tally }: Stage, pulled: PulledAccount): Promise<void> {
  if (pulled.recorded.length === 0) return;
  const told = await readStoredRows(world.database, pulled.account);
  for (const retelling of retellings) {
    const account = `${pulled.account} ${retelling}`;
    await replay(pulled.recorded, { world, account, random, retelling });
    const retold = await readStoredRows(world.database, account);
    if (retelling === 'again' || retelling === 'twice') assert.deepEqual(retold, told, retelling);
    else assert.deepEqual(dropTheWay(retold), dropTheWay(told), retelling);
    tally.add('replays', 1);
  }
}
