import assert from 'node:assert/strict';
import type { Tally } from '../ledger/played-history.ts';
import { checkClosedPeriods } from './closed-periods.ts';
import { checkAccount } from './invariants.ts';
import { PulledAccount } from './pulled-account.ts';
import type { Random } from './random.ts';
import { fits, replay, retellings } from './replay.ts';
import type { SimulatedUpstream } from './simulated-upstream.ts';
import { dropTheWay, readAccounts, readStoredRows, type StoredRows } from './stored-rows.ts';
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

/** One account of a history, with what was seen of it after the last step. */
interface Actor {
  readonly pulled: PulledAccount;
  readonly vendor: Vendor;
  rows: StoredRows;
  revision: number;
}

/** Plays one history of some accounts, and checks everything after each step. */
export async function playHistory(stage: Stage): Promise<void> {
  const { world, vendors, prefix, random, tally } = stage;
  const noRows = await readStoredRows(world.database, 'nobody');
  const actors = [...vendors].map(([account, vendor]): Actor => ({
    pulled: new PulledAccount(account, stage),
    vendor,
    rows: noRows,
    revision: 0,
  }));
  for (let step = 4 + random.below(12); step > 0; step--) {
    const acting = random.pick(actors);
    world.nowMs += random.pick(pauses);
    for (let changes = random.below(4); changes > 0; changes--) acting.vendor.change();
    if (random.chance(0.05)) {
      await world.restart();
      tally.add('restarts', 1);
    }
    await acting.pulled.pull();
    tally.add('steps', 1);
    for (const actor of actors) await checkActor(actor, acting, stage);
  }
  const strangers = (await readAccounts(world.database, prefix)).filter((account) => !vendors.has(account));
  assert.deepEqual(strangers, [], 'rows of an account that never was');
  for (const { pulled, rows } of actors) await checkReplays(stage, pulled, rows);
}

async function checkActor(actor: Actor, acting: Actor, { world, random }: Stage): Promise<void> {
  const { pulled, vendor } = actor;
  const { account } = pulled;
  const model = pulled.model.ledger;
  const rows = await readStoredRows(world.database, account);
  if (actor === acting) {
    await checkAccount(world, { account, model, vendor }, random);
    checkClosedPeriods(actor.rows, rows, model);
  } else {
    assert.deepEqual(rows, actor.rows, 'a pull of one account changed another');
  }
  const revision = (await world.ledger.readPeriod(account, null))?.freshness.revision ?? 0;
  assert.ok(revision >= actor.revision, 'the revision fell');
  actor.revision = revision;
  actor.rows = rows;
}

async function checkReplays(
  stage: Stage,
  { account, recorded, isRepeatable }: PulledAccount,
  told: StoredRows,
): Promise<void> {
  const { world, random, tally } = stage;
  if (recorded.length === 0 || !isRepeatable) return;
  const fitting = retellings.filter((retelling) => fits(retelling, recorded));
  const some = random.shuffle(fitting, (retelling) => retelling).slice(0, 2);
  for (const retelling of some) {
    const again = `${account} ${retelling}`;
    await replay(recorded, { world, account: again, random, retelling });
    const retold = await readStoredRows(world.database, again);
    if (retelling === 'again' || retelling === 'twice') assert.deepEqual(retold, told, retelling);
    else assert.deepEqual(dropTheWay(retold), dropTheWay(told), retelling);
    tally.add('replays', 1);
  }
}
