import { LRUCache } from 'lru-cache';

import { DatabaseUnavailable } from '../ledger/database/database-unavailable.ts';
import { shortCommitCount } from '../ledger/recording/pull.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { pullAccount, type PullDependencies } from './pull-account.ts';
import { PullLine } from './pull-line.ts';
import { SetAsideLog } from './set-aside-log.ts';
import { TimedUpstream } from './timed-upstream.ts';

/** What the pulls of all accounts work with. */
export interface AccountPullsOptions extends Omit<PullDependencies, 'setAside'> {
  readonly metrics: Metrics;
  /** The pause between two pulls of an account. */
  readonly intervalMs: number;
  /** {@link defaultPlaces} unless told otherwise. */
  readonly places?: PullPlaces;
  /** What the upstream is called in the ledger, without any secret. Left out: it is not noted. */
  readonly upstreamName?: string;
  /** The most accounts that are followed. */
  readonly maxAccounts: number;
  /** No pull begins once this is aborted. */
  readonly stopping: AbortSignal;
}

/**
 * How many pulls are under way at once: of accounts that are well, and of troubled ones, whose latest pull failed or took
 * long. Trouble delays only trouble from its second pull on. More accounts than `well` that begin to hang at the same
 * moment hold the others up until the first of them meet their deadline.
 */
export interface PullPlaces {
  readonly well: number;
  readonly troubled: number;
}

/** What {@link PullPlaces} are unless told otherwise. */
const defaultPlaces: PullPlaces = { well: 40, troubled: 16 };

/** How an account's latest pull ended. */
export interface PullOutcome {
  /**
   * `elsewhere`: it was not due, for another instance pulled it less than a pause ago. `postponed`: another instance is
   * pulling it, or the database is out.
   */
  readonly kind: 'pulled' | 'elsewhere' | 'postponed' | 'failed';
  readonly endedAtMs: number;
  /** How long it is until the account is due again. */
  readonly pauseMs: number;
  /** Why the latest pull failed that was tried; null once one has succeeded. */
  readonly failure: unknown;
  /** Whether the latest pull that was tried took longer than {@link quickPullMs}, or its list takes long to record. */
  readonly tookLong: boolean;
}

/** A pull whose upstream takes longer than this took long. */
export const quickPullMs = 500;

// After a dead instance or an outage of the database, nobody waits for a whole interval.
const maxPostponedMs = 1_000;

/** The pulls of all accounts, one at a time of each, and how the latest of them ended. */
export class AccountPulls {
  readonly #options: AccountPullsOptions;
  readonly #well: PullLine;
  readonly #troubled: PullLine;
  readonly #setAside: SetAsideLog;
  readonly #underWay = new Map<string, Promise<void>>();
  readonly #outcomes: LRUCache<string, PullOutcome>;
  readonly #toldAgain: LRUCache<string, { readonly atMs: number; readonly untold: number }>;

  constructor(options: AccountPullsOptions) {
    this.#options = options;
    const { well, troubled } = options.places ?? defaultPlaces;
    this.#well = new PullLine(well);
    this.#troubled = new PullLine(troubled);
    this.#setAside = new SetAsideLog(options);
    this.#outcomes = new LRUCache({ max: options.maxAccounts });
    this.#toldAgain = new LRUCache({ max: options.maxAccounts });
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
    const latest = this.latest(account);
    const isTroubled = latest !== null && (latest.failure !== null || latest.tookLong);
    const line = isTroubled ? this.#troubled : this.#well;
    const underWay = this.#underWay.get(account);
    if (underWay !== undefined) {
      if (isUrgent) line.hasten(account);
      return underWay;
    }
    const pulling = line
      .run(account, isUrgent, () => this.#pullOnce(account))
      .finally(() => this.#underWay.delete(account));
    this.#underWay.set(account, pulling);
    return pulling;
  }

  /** Waits for the end of all pulls under way. */
  async end(): Promise<void> {
    await Promise.all(this.#underWay.values());
  }

  async #pullOnce(account: string): Promise<void> {
    if (this.#options.stopping.aborted) return;
    const before = this.latest(account);
    const ended = await this.#tryPull(account, before);
    this.#outcomes.set(account, { ...ended, endedAtMs: this.#options.now().getTime() });
    this.#tell(account, before, ended);
  }

  async #tryPull(account: string, before: PullOutcome | null): Promise<EndedPull> {
    const { ledger, intervalMs, metrics } = this.#options;
    const known = { failure: before?.failure ?? null, tookLong: before?.tookLong ?? false };
    const upstream = new TimedUpstream(this.#options.upstream);
    // The wait for the database does not count: one long commit of another account makes all of them wait.
    const tookLong = (): boolean =>
      upstream.waitedMs > quickPullMs || upstream.messageCount > shortCommitCount;
    const postponedMs = Math.min(maxPostponedMs, intervalMs);
    // The pull that an outage meets last hangs until its deadline: usage must be fresh soon after the end all the same.
    const failedPauseMs = intervalMs / 4;
    try {
      const seen = await ledger.readPullTime(account, intervalMs);
      if (seen.waitMs > 0) {
        metrics.pulls.inc({ outcome: 'elsewhere' });
        const failure = seen.isRecorded
          ? withoutVain(known.failure)
          : (known.failure ?? new PulledInVain({ account }));
        return { ...known, kind: 'elsewhere', pauseMs: seen.waitMs, failure };
      }
      const dependencies = { ...this.#options, upstream, setAside: this.#setAside };
      const turn = { seen, pulledPauseMs: intervalMs, failedPauseMs };
      const result = await pullAccount(account, dependencies, turn);
      if (result === null) {
        metrics.pulls.inc({ outcome: 'elsewhere' });
        return { ...known, kind: 'postponed', pauseMs: postponedMs };
      }
      if (before?.kind !== 'pulled') await this.#noteUpstream(account);
      metrics.pulls.inc({ outcome: result !== 'unchanged' && result.changed ? 'changed' : 'unchanged' });
      return { kind: 'pulled', pauseMs: intervalMs, failure: null, tookLong: tookLong() };
    } catch (failure) {
      metrics.pulls.inc({ outcome: 'failed' });
      if (failure instanceof DatabaseUnavailable)
        return { ...known, kind: 'postponed', pauseMs: postponedMs, failure };
      return { kind: 'failed', pauseMs: failedPauseMs, failure, tookLong: tookLong() };
    }
  }

  /** It tells people what happened, and nothing goes by it: when it fails, the pull has not. */
  async #noteUpstream(account: string): Promise<void> {
    const { ledger, log, upstreamName } = this.#options;
    if (upstreamName === undefined) return;
    await ledger.upstreams.note(account, upstreamName).catch((error: unknown) => {
      log.debug({ account, err: error }, 'the upstream could not be noted');
    });
  }

  /** An outage is one event, however often it is met: its cause is told once, then that it goes on, and its end. */
  #tell(account: string, before: PullOutcome | null, { kind, failure }: EndedPull): void {
    const { log } = this.#options;
    const known = withoutVain(before?.failure ?? null);
    if (kind === 'pulled' && known !== null) log.info({ account }, 'pull works again');
    // Nothing new was tried.
    if (failure === null || failure === known || failure instanceof PulledInVain) return;
    if (known === null) log.error({ account, err: failure }, 'pull failed, nothing was recorded');
    else this.#tellAgain(account, describe(failure));
  }

  /** Once a minute at most, with the count of those that were not told. */
  #tellAgain(account: string, reason: string): void {
    const nowMs = this.#options.now().getTime();
    const told = this.#toldAgain.get(account) ?? { atMs: Number.NEGATIVE_INFINITY, untold: 0 };
    if (nowMs - told.atMs < toldAgainMs) {
      this.#toldAgain.set(account, { ...told, untold: told.untold + 1 });
      return;
    }
    this.#options.log.warn({ account, reason, times: told.untold + 1 }, 'pull failed again');
    this.#toldAgain.set(account, { atMs: nowMs, untold: 0 });
  }
}

const toldAgainMs = 60_000;

type EndedPull = Omit<PullOutcome, 'endedAtMs'>;

function describe(failure: unknown): string {
  return failure instanceof Error ? `${failure.name}: ${failure.message}` : 'unknown';
}

function withoutVain(failure: unknown): unknown {
  return failure instanceof PulledInVain ? null : failure;
}

/** Another instance pulled an account of which nothing was ever recorded, and still nothing is. */
export class PulledInVain extends Error {
  constructor({ account }: { readonly account: string }) {
    super(`account ${account}: another instance could not pull it`);
    this.name = 'PulledInVain';
  }
}
