import { setTimeout as sleep } from 'node:timers/promises';

import { bulkhead, type BulkheadPolicy } from 'cockatiel';
import { LRUCache } from 'lru-cache';

import { DatabaseUnavailable } from '../ledger/database-unavailable.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { AskedAccounts } from './asked-accounts.ts';
import { pullAccount, type PullDependencies } from './pull-account.ts';
import { SetAsideLog } from './set-aside-log.ts';

/** How the sync keeps accounts up to date. */
export interface SyncOptions extends Omit<PullDependencies, 'setAside'> {
  readonly metrics: Metrics;
  /** The pause between two pulls of an account. */
  readonly intervalMs: number;
  /** How long a first query may wait for its account's first pull. */
  readonly firstPullTimeoutMs: number;
  /** The most pulls at once; the others wait their turn. */
  readonly pullsAtOnce: number;
}

/** How an account's latest pull ended. */
interface PullOutcome {
  readonly endedAtMs: number;
  /** Null when it went well. */
  readonly failure: unknown;
  /** Nothing was pulled, for another instance was at it or the database was out: worth a look before long. */
  readonly postponed: boolean;
}

// Whoever takes over from a dead instance, or comes back with the database, does not wait for a whole interval.
const postponedMs = 1_000;

// Far more accounts than one instance can keep fresh; a bound all the same.
const mostAccounts = 100_000;

/** Pulls accounts again and again, each in its own rhythm, never one account twice at once. */
export class Sync {
  readonly #options: SyncOptions;
  readonly #slots: BulkheadPolicy;
  /** For pulls that somebody waits for: they do not queue behind those of accounts that have usage to show. */
  readonly #urgentSlots: BulkheadPolicy;
  readonly #asked: AskedAccounts;
  readonly #setAside: SetAsideLog;
  readonly #stopping = new AbortController();
  readonly #loops = new Map<string, Promise<void>>();
  readonly #pulls = new Map<string, Promise<void>>();
  readonly #outcomes = new LRUCache<string, PullOutcome>({ max: mostAccounts });
  #lookout: Promise<void> | null = null;

  constructor(options: SyncOptions) {
    this.#options = options;
    this.#slots = bulkhead(options.pullsAtOnce, mostAccounts);
    this.#urgentSlots = bulkhead(options.pullsAtOnce, mostAccounts);
    this.#asked = new AskedAccounts(options);
    this.#setAside = new SetAsideLog(options);
  }

  /** Pulls an account now and then after each pause, until the sync stops. */
  follow(account: string): void {
    this.#begin(account, () => true, false);
  }

  /**
   * Notes that somebody asks for an account, and follows it from now on, until nobody asked for a week. Takes no time:
   * whoever needs the account's first usage waits in {@link Sync.pullFirst}.
   */
  ask(account: string): void {
    this.#asked.note(account);
    this.#begin(account, () => this.#asked.isAwake(account), true);
  }

  /**
   * Follows all accounts that somebody asked for within the last week, be it before a restart or at another instance,
   * and looks for new ones of these after each pause.
   */
  followAsked(): void {
    this.#lookout ??= this.#lookOut();
  }

  /** Why the account's latest pull failed; null when it did not, or there was none yet. */
  failure(account: string): unknown {
    return this.#outcomes.get(account)?.failure ?? null;
  }

  /**
   * Waits for an account's first usage: pulls it unless a pull is under way or failed just now.
   * @throws FirstPullFailed when nothing could be pulled within the deadline; DatabaseUnavailable when that is why.
   */
  async pullFirst(account: string): Promise<void> {
    const { firstPullTimeoutMs, intervalMs, ledger, now } = this.#options;
    const giveUp = AbortSignal.any([AbortSignal.timeout(firstPullTimeoutMs), this.#stopping.signal]);
    while (!giveUp.aborted) {
      const latest = this.#outcomes.get(account);
      const failedJustNow =
        latest !== undefined && latest.failure !== null && now().getTime() - latest.endedAtMs < intervalMs;
      // Asking a broken upstream again for each query would only make both slower.
      if (failedJustNow && !this.#pulls.has(account)) throw toFirstPullFailure(account, latest.failure);
      await Promise.race([this.#pull(account, this.#urgentSlots), whenAborted(giveUp)]);
      if ((await ledger.readPeriod(account, null)) !== null) return;
      // Another instance may be pulling this account: look again soon.
      if (this.failure(account) === null) await sleep(50, null, { signal: giveUp }).catch(() => null);
    }
    throw toFirstPullFailure(account, this.failure(account) ?? giveUp.reason);
  }

  /** Ends all loops, after the pulls under way. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#lookout;
    await Promise.all([...this.#loops.values(), ...this.#pulls.values()]);
  }

  #begin(account: string, isWanted: () => boolean, urgent: boolean): void {
    if (this.#loops.has(account) || this.#loops.size >= mostAccounts || this.#stopping.signal.aborted) return;
    const loop = this.#loop(account, isWanted, urgent).finally(() => this.#loops.delete(account));
    this.#loops.set(account, loop);
  }

  async #loop(account: string, isWanted: () => boolean, urgent: boolean): Promise<void> {
    const { signal } = this.#stopping;
    await this.#pull(account, urgent ? this.#urgentSlots : this.#slots);
    for (;;) {
      await sleep(this.#pauseMs(account), null, { signal }).catch(() => null);
      if (signal.aborted || !isWanted()) return;
      await this.#pull(account);
    }
  }

  #pauseMs(account: string): number {
    const { intervalMs } = this.#options;
    const latest = this.#outcomes.get(account);
    if (latest?.postponed === true) return Math.min(postponedMs, intervalMs);
    // The pull that an outage met last hangs until its deadline: usage must be fresh soon after the end all the same.
    return latest !== undefined && latest.failure !== null ? intervalMs / 4 : intervalMs;
  }

  async #lookOut(): Promise<void> {
    const { log, intervalMs } = this.#options;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        for (const account of await this.#asked.readAwake())
          this.#begin(account, () => this.#asked.isAwake(account), false);
      } catch (error) {
        log.warn({ err: error }, 'could not look for accounts to follow');
      }
      await sleep(intervalMs, null, { signal }).catch(() => null);
    }
  }

  /** Joins the account's pull that is under way, or begins one. Never throws: failures are logged and kept. */
  #pull(account: string, slots = this.#slots): Promise<void> {
    const underWay = this.#pulls.get(account);
    if (underWay !== undefined) return underWay;
    const pull = slots.execute(() => this.#pullOnce(account)).finally(() => this.#pulls.delete(account));
    this.#pulls.set(account, pull);
    return pull;
  }

  async #pullOnce(account: string): Promise<void> {
    const { log, metrics, now } = this.#options;
    if (this.#stopping.signal.aborted) return;
    const failedBefore = (this.#outcomes.get(account)?.failure ?? null) !== null;
    try {
      const result = await pullAccount(account, { ...this.#options, setAside: this.#setAside });
      this.#outcomes.set(account, { endedAtMs: now().getTime(), failure: null, postponed: result === null });
      if (failedBefore) log.info({ account }, 'pull works again');
      if (result !== null) metrics.pulls.inc({ outcome: result.changed ? 'changed' : 'unchanged' });
    } catch (error) {
      const postponed = error instanceof DatabaseUnavailable;
      this.#outcomes.set(account, { endedAtMs: now().getTime(), failure: error, postponed });
      metrics.pulls.inc({ outcome: 'failed' });
      // An outage is one event, however often it is met: its cause is told once, and then that it goes on.
      if (!failedBefore) log.error({ account, err: error }, 'pull failed, nothing was recorded');
      else log.warn({ account, reason: String(error) }, 'pull failed again');
    }
  }
}

/** An account has no recorded usage yet, and none could be pulled. */
export class FirstPullFailed extends Error {
  constructor({ account }: { readonly account: string }, options: ErrorOptions) {
    super(`account ${account}: nothing was ever pulled, and the upstream does not answer`, options);
    this.name = 'FirstPullFailed';
  }
}

/** The database's fault is not to be told as the upstream's. */
function toFirstPullFailure(account: string, cause: unknown): Error {
  return cause instanceof DatabaseUnavailable ? cause : new FirstPullFailed({ account }, { cause });
}

function whenAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
