import { LRUCache } from 'lru-cache';

import { DatabaseUnavailable } from '../ledger/database/database-unavailable.ts';
import { shortCommitCount } from '../ledger/recording/pull.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { pullAccount, type PullDependencies } from './pull-account.ts';
import { looksPerInterval, OtherInstances } from './other-instances.ts';
import { type PullLane, PullLanes, quickPullMs } from './pull-lanes.ts';
import { PullTurn } from './pull-turn.ts';
import { SetAsideLog } from './set-aside-log.ts';
import { TimedUpstream } from './timed-upstream.ts';

/** What the pulls of all accounts work with. */
export interface AccountPullsOptions extends Omit<PullDependencies, 'setAside'> {
  readonly metrics: Metrics;
  /** The pause between two pulls of an account. */
  readonly intervalMs: number;
  /** How many pulls of one lane may begin at once; {@link PullLanes} says how many may be under way then. */
  readonly pullsAtOnce: number;
  /** The most accounts that are followed. */
  readonly maxAccounts: number;
  /** No pull begins once this is aborted. */
  readonly stopping: AbortSignal;
}

/** How an account's latest pull ended. */
export interface PullOutcome {
  /**
   * `postponed`: nothing was pulled, for another instance was at it or the database was out. `elsewhere`: nothing was
   * pulled, for another instance had done so within the last interval.
   */
  readonly kind: 'pulled' | 'elsewhere' | 'postponed' | 'failed';
  readonly endedAtMs: number;
  /** Null unless it failed, or was postponed by an outage. */
  readonly failure: unknown;
  /**
   * Whether the upstream took longer than {@link quickPullMs}, or told a list that takes long to record. Of one elsewhere
   * or postponed, what was known before.
   */
  readonly tookLong: boolean;
}

// Whoever takes over from a dead instance, or comes back with the database, does not wait for a whole interval.
const postponedMs = 1_000;

/** The pulls of all accounts, one at a time of each, and how the latest of them ended. */
export class AccountPulls {
  readonly #options: AccountPullsOptions;
  readonly #lanes: PullLanes;
  readonly #others: OtherInstances;
  readonly #setAside: SetAsideLog;
  readonly #underWay = new Map<string, PullTurn>();
  readonly #outcomes: LRUCache<string, PullOutcome>;

  constructor(options: AccountPullsOptions) {
    this.#options = options;
    this.#lanes = new PullLanes(options.pullsAtOnce);
    this.#others = new OtherInstances(options);
    this.#setAside = new SetAsideLog(options);
    this.#outcomes = new LRUCache({ max: options.maxAccounts });
  }

  /** How the account's latest pull ended; null when there was none yet. */
  latest(account: string): PullOutcome | null {
    return this.#outcomes.get(account) ?? null;
  }

  /** Whether a pull of the account is under way, or waits for its turn. */
  has(account: string): boolean {
    return this.#underWay.has(account);
  }

  /**
   * Joins the account's pull that is under way, or begins one. Never throws: failures are logged and kept.
   * @param isUrgent somebody waits for it
   */
  pull(account: string, isUrgent: boolean): Promise<void> {
    const lane = this.#laneOf(account, isUrgent);
    const underWay = this.#underWay.get(account);
    // A restart may have put a long line of others before it, for which nobody waits.
    const hastens = lane === 'urgent' && underWay?.standsIn(lane) === false;
    if (underWay !== undefined && !hastens) return underWay.ended;
    const turn = underWay ?? new PullTurn(() => this.#pullOnce(account));
    if (underWay === undefined) {
      this.#underWay.set(account, turn);
      void turn.ended.then(() => this.#underWay.delete(account));
    }
    turn.standIn(lane, this.#lanes);
    return turn.ended;
  }

  /** How long to wait before the account is pulled again. */
  pauseMs(account: string): number {
    const { intervalMs } = this.#options;
    switch (this.latest(account)?.kind) {
      case 'postponed':
        return Math.min(postponedMs, intervalMs);
      case 'elsewhere':
        return intervalMs / looksPerInterval;
      case 'failed':
        // The pull that an outage met last hangs until its deadline: usage must be fresh soon after the end all the same.
        return intervalMs / 4;
      case 'pulled':
      case undefined:
        return intervalMs;
    }
  }

  /** Forgets what other instances did for an account that is no longer followed. */
  forgetOthers(account: string): void {
    this.#others.forget(account);
  }

  /** Waits for the end of all pulls under way. */
  async end(): Promise<void> {
    await Promise.all([...this.#underWay.values()].map((turn) => turn.ended));
  }

  #laneOf(account: string, isUrgent: boolean): PullLane {
    const latest = this.latest(account);
    if (latest?.kind === 'failed') return 'failing';
    if (latest?.tookLong === true) return 'long';
    return isUrgent ? 'urgent' : 'quick';
  }

  async #pullOnce(account: string): Promise<void> {
    const { log, metrics, now, stopping } = this.#options;
    if (stopping.aborted) return;
    const latest = this.latest(account);
    const failedBefore = latest !== null && latest.failure !== null;
    const upstream = new TimedUpstream(this.#options.upstream);
    const keep = (kind: PullOutcome['kind'], failure: unknown): void => {
      // The wait for the database does not count: one long commit of another account makes all of them wait.
      const tookLong =
        kind === 'pulled' || kind === 'failed'
          ? upstream.waitedMs > quickPullMs || upstream.messageCount > shortCommitCount
          : latest?.tookLong === true;
      this.#outcomes.set(account, { kind, endedAtMs: now().getTime(), failure, tookLong });
    };
    try {
      const look = await this.#others.look(account);
      const dependencies = { ...this.#options, upstream, setAside: this.#setAside };
      const result = look === 'due' ? await pullAccount(account, dependencies) : null;
      if (result !== null) await this.#others.noteOwnPull(account);
      keep(look !== 'due' ? 'elsewhere' : result === null ? 'postponed' : 'pulled', null);
      if (failedBefore) log.info({ account }, 'pull works again');
      if (look === 'moved') metrics.pulls.inc({ outcome: 'elsewhere' });
      if (result !== null) metrics.pulls.inc({ outcome: result.changed ? 'changed' : 'unchanged' });
    } catch (error) {
      keep(error instanceof DatabaseUnavailable ? 'postponed' : 'failed', error);
      metrics.pulls.inc({ outcome: 'failed' });
      // An outage is one event, however often it is met: its cause is told once, and then that it goes on.
      if (!failedBefore) log.error({ account, err: error }, 'pull failed, nothing was recorded');
      else log.warn({ account, reason: String(error) }, 'pull failed again');
    }
  }
}
