import assert from 'node:assert/strict';
import { type LateReading, LeaseLost } from '../../src/ledger/recording/pull.ts';
import { UpstreamError } from '../../src/upstream/errors.ts';
import { type AccountPullResult, pullAccount } from '../../src/sync/pull-account.ts';
import {
  InexactSum,
  NothingReadable,
  SnapshotConflict,
  SnapshotRefused,
} from '../../src/ledger/recording/snapshot-refused.ts';
import { AccountModel } from './account-model.ts';
import { DatabaseGone } from './breaking-database.ts';
import type { Random } from './random.ts';
import type { RecordedPull } from './replay.ts';
import type { SimulatedUpstream } from './simulated-upstream.ts';
import type { Tally } from '../ledger/played-history.ts';
import { type Delivery, type Disturbance, WatchedUpstream } from './watched-upstream.ts';
import type { World } from './world.ts';

/** What is thrown where the model refuses a snapshot. */
const refusals = {
  conflict: SnapshotConflict,
  inexact: InexactSum,
  unreadable: NothingReadable,
} as const;

// A dead process owns an account's pulls for so long.
const leaseMs = 12_000;

/** The pulls of one account, whole and broken ones, each beside the model. */
export class PulledAccount {
  readonly account: string;
  readonly #world: World;
  readonly #upstream: SimulatedUpstream;
  readonly #random: Random;
  readonly #tally: Tally;
  model = new AccountModel();
  /** The pulls of which something was recorded. */
  readonly recorded: RecordedPull[] = [];
  /** Whether each of them was recorded whole: then others that are given the same come to the same. */
  isRepeatable = true;

  constructor(account: string, parts: PulledAccountParts) {
    this.account = account;
    this.#world = parts.world;
    this.#upstream = parts.upstream;
    this.#random = parts.random;
    this.#tally = parts.tally;
  }

  /** Pulls, mostly in peace. */
  async pull(): Promise<void> {
    // No two pulls at one time: the time of the last whole one tells which was recorded.
    this.#world.nowMs += 1;
    const mode = this.#random.below(20);
    const batch = this.#random.below(4);
    if (mode < 13) await this.#pullInPeace();
    else if (mode < 15) await this.#pullUntilCut(this.#random.below(12));
    else if (mode < 17) await this.#pullUntilDatabaseGone();
    else if (mode < 19) await this.#pullUntilKilled(batch);
    else await this.#pullAgainstAnother(batch);
  }

  async #pullInPeace(): Promise<void> {
    const pull = await this.#try(async () => {});
    if (pull.error !== null && !(pull.error instanceof SnapshotRefused)) throw pull.error;
    if (pull.result === null && pull.error === null) {
      assert.equal(pull.delivery, null, 'asked the upstream without the lease');
      this.#tally.add('refused by a dead one’s lease', 1);
      this.#world.nowMs += leaseMs + 1;
      return this.#pullInPeace();
    }
    this.#tally.add('pulls', 1);
    await this.#takeIn(pull);
  }

  /** The upstream breaks off in the middle. */
  async #pullUntilCut(afterMessages: number): Promise<void> {
    this.#upstream.cutNextList(this.account, afterMessages);
    const pull = await this.#try(async () => {});
    if (pull.delivery === null) return this.#upstream.cutNextList(this.account, Infinity);
    assert.ok(pull.error instanceof UpstreamError);
    assert.ok(!pull.delivery.whole);
    this.#tally.add('pulls cut by the upstream', 1);
  }

  /** The database goes away at some statement. The process dies of it, or lives on when the database is back. */
  async #pullUntilDatabaseGone(): Promise<void> {
    this.#world.database.breakAfter(this.#random.below(45));
    const pull = await this.#try(async () => {});
    if (this.#random.chance(0.3)) await this.#world.restart();
    else this.#world.database.breakAfter(Infinity);
    if (pull.error === null || pull.error instanceof SnapshotRefused) {
      return this.#takeInIfAsked({ ...pull, mayLackLate: true });
    }
    if (!(pull.error instanceof DatabaseGone)) throw pull.error;
    this.#tally.add('pulls broken by the database', 1);
    // The commit itself may have been done before its answer was lost: the time of the last whole pull tells.
    const usage = await this.#world.ledger.readPeriod(this.account, null);
    if (usage?.freshness.asOfMs === pull.pulledAtMs)
      await this.#takeIn({ ...pull, error: null, result: 'lost', mayLackLate: true });
  }

  /** The process dies between two batches. */
  async #pullUntilKilled(batch: number): Promise<void> {
    const killed = new Error('killed');
    const pull = await this.#try(async (at) => {
      if (at !== batch) return;
      this.#world.database.breakAfter(0);
      throw killed;
    });
    await this.#world.restart();
    if (pull.error instanceof DatabaseGone || pull.error === killed) {
      this.#tally.add('pulls killed', 1);
    } else await this.#takeInIfAsked(pull);
  }

  /** Another pull comes in between: too early, it is refused; once the lease is over, it wins. */
  async #pullAgainstAnother(batch: number): Promise<void> {
    const takesOver = this.#random.chance(0.5);
    let other: TriedPull | null = null;
    const pull = await this.#try(async (at) => {
      if (at !== batch) return;
      if (takesOver) this.#world.nowMs += leaseMs + 1;
      other = await this.#try(async () => {});
      if (other.result !== null || other.error !== null) await this.#takeIn(other);
    });
    if (other === null) return this.#takeInIfAsked(pull);
    this.#tally.add(takesOver ? 'pulls taken over' : 'second pulls refused', 1);
    if (takesOver) assert.ok(pull.error instanceof LeaseLost);
    else await this.#takeIn(pull);
  }

  async #takeInIfAsked(pull: TriedPull): Promise<void> {
    if (pull.result !== null || pull.error !== null) await this.#takeIn(pull);
  }

  async #try(disturb: Disturbance): Promise<TriedPull> {
    const world = this.#world;
    const pulledAtMs = world.nowMs;
    const upstream = new WatchedUpstream(this.#upstream, disturb);
    const pulling = pullAccount(this.account, world.dependencies(upstream));
    const [outcome] = await Promise.allSettled([pulling]);
    const delivery = upstream.deliveries[0] ?? null;
    const tried = { pulledAtMs, delivery, mayLackLate: false };
    if (outcome.status === 'rejected') return { ...tried, result: null, error: outcome.reason };
    if (outcome.value === 'unchanged') throw new Error('the simulation knows no list before it is read');
    return { ...tried, result: outcome.value, error: null };
  }

  /** Counts a pull in the model, whose result must be that of the real one. */
  async #takeIn({ pulledAtMs, delivery, result, error, mayLackLate }: TriedPull): Promise<void> {
    assert.ok(delivery?.whole, 'recorded what was not whole');
    const asked = this.model.reportsToAsk(delivery, pulledAtMs);
    assert.deepEqual(
      [...delivery.answers.keys()].toSorted((a, b) => a - b),
      asked,
    );
    const lateReadings = this.model.lateReadings(delivery, pulledAtMs);
    const expected = this.model.record(delivery, pulledAtMs);
    const hasLate = !mayLackLate || (await this.#holds(lateReadings));
    if (!hasLate) this.isRepeatable = false;
    const pricedLate = hasLate ? this.model.ledger.recordLate(lateReadings) : 0;
    assert.ok(pricedLate !== 'inexact', 'no vendor has so many messages');
    this.#tally.add('pricedLate', pricedLate);
    const after = (): RecordedPull => ({ pulledAtMs, delivery, after: this.model.copy().ledger });
    if (typeof expected === 'string') {
      assert.ok(error instanceof refusals[expected], 'a snapshot that must be refused was recorded');
      this.#tally.add(`refused: ${expected}`, 1);
      if (hasLate && lateReadings.length > 0) this.recorded.push(after());
      return;
    }
    if (error !== null) throw error;
    const { revision } = this.model.ledger;
    const changed = expected.changed || pricedLate > 0;
    // Of late prices whose answer was lost, the pull cannot tell.
    if (result !== 'lost' && !mayLackLate)
      assert.deepEqual(result, { ...expected, changed, pricedLate, revision });
    const { setAside, ...counts } = expected;
    for (const [name, count] of Object.entries(counts)) this.#tally.add(name, Number(count));
    this.#tally.add('set aside as invalid', delivery.invalid.length);
    for (const { reason } of setAside) this.#tally.add(`set aside as ${reason}`, 1);
    this.recorded.push(after());
  }

  /** Whether what a pull heard for closed periods is in the ledger; all of it is, or nothing. */
  async #holds(lateReadings: readonly LateReading[]): Promise<boolean> {
    const [first] = lateReadings;
    if (first === undefined) return true;
    const { periodId, reportId, readAtMs } = first;
    const [kept] = await this.#world.ledger.readReports(this.account, periodId, [reportId]);
    return kept?.readAtMs === readAtMs;
  }
}

/** What the pulls of an account share with those of others. */
export interface PulledAccountParts {
  readonly world: World;
  readonly upstream: SimulatedUpstream;
  readonly random: Random;
  readonly tally: Tally;
}

interface TriedPull {
  readonly pulledAtMs: number;
  /** Null when the upstream was never asked. */
  readonly delivery: Delivery | null;
  /** Null when it failed or somebody else pulls; lost when the process died before it was told. */
  readonly result: AccountPullResult | 'lost' | null;
  readonly error: unknown;
  /** Whether the database may have gone away between the snapshot and the late prices. */
  readonly mayLackLate: boolean;
}
