import { setTimeout as sleep } from 'node:timers/promises';

import { AccountPulls, type AccountPullsOptions } from './account-pulls.ts';
import { AskedAccounts } from './asked-accounts.ts';
import { toFirstPullFailure } from './first-pull-failed.ts';

/** How the sync keeps accounts up to date. */
export interface SyncOptions extends Omit<AccountPullsOptions, 'maxAccounts' | 'stopping'> {
  /** How long a first query may wait for its account's first pull. */
  readonly firstPullTimeoutMs: number;
  /** The most accounts that are followed; 100,000 unless told otherwise. */
  readonly maxAccounts?: number;
}

// Far more accounts than one instance can keep fresh; a bound all the same.
const defaultMaxAccounts = 100_000;

/** Pulls accounts again and again, each in its own rhythm, never one account twice at once. */
export class Sync {
  readonly #options: SyncOptions;
  readonly #asked: AskedAccounts;
  readonly #stopping = new AbortController();
  readonly #pulls: AccountPulls;
  readonly #maxAccounts: number;
  readonly #loops = new Map<string, Promise<void>>();
  #lookout: Promise<void> | null = null;
  #isFullTold = false;

  constructor(options: SyncOptions) {
    const { maxAccounts = defaultMaxAccounts } = options;
    this.#options = options;
    this.#maxAccounts = maxAccounts;
    this.#asked = new AskedAccounts({ ...options, maxAccounts });
    this.#pulls = new AccountPulls({ ...options, maxAccounts, stopping: this.#stopping.signal });
  }

  /** Pulls an account now and then after each pause, until the sync stops. */
  follow(account: string): void {
    this.#begin(account, () => true, false);
  }

  /**
   * Notes that somebody asks for an account, and follows it from now on, until nobody asked for a week. Takes no time:
   * a query that needs the account's first usage waits in {@link Sync.pullFirst}.
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
    return this.#pulls.latest(account)?.failure ?? null;
  }

  /**
   * Waits for an account's first usage: pulls it unless a pull is under way or failed just now.
   * @throws FirstPullFailed when nothing could be pulled within the deadline; DatabaseUnavailable when that is why.
   */
  async pullFirst(account: string): Promise<void> {
    const { firstPullTimeoutMs, intervalMs, ledger, now } = this.#options;
    const giveUp = AbortSignal.any([AbortSignal.timeout(firstPullTimeoutMs), this.#stopping.signal]);
    while (!giveUp.aborted) {
      const latest = this.#pulls.latest(account);
      const failedJustNow =
        latest !== null && latest.failure !== null && now().getTime() - latest.endedAtMs < intervalMs;
      // Asking a broken upstream again for each query would only make both slower.
      if (failedJustNow && !this.#pulls.has(account)) throw toFirstPullFailure(account, latest.failure);
      await Promise.race([this.#pulls.pull(account, true), whenAborted(giveUp)]);
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
    await Promise.all([...this.#loops.values(), this.#pulls.end()]);
  }

  #begin(account: string, isWanted: () => boolean, isUrgent: boolean): void {
    if (this.#loops.has(account) || this.#stopping.signal.aborted) return;
    if (this.#loops.size >= this.#maxAccounts) {
      this.#tellFull();
      return;
    }
    const loop = this.#loop(account, isWanted, isUrgent).finally(() => this.#loops.delete(account));
    this.#loops.set(account, loop);
  }

  /** Once: the operator has to do something about it, and until then it would be told without end. */
  #tellFull(): void {
    if (this.#isFullTold) return;
    this.#isFullTold = true;
    const { log } = this.#options;
    log.warn({ maxAccounts: this.#maxAccounts }, 'too many accounts are asked for: some are not kept fresh');
  }

  async #loop(account: string, isWanted: () => boolean, isUrgent: boolean): Promise<void> {
    const { signal } = this.#stopping;
    await this.#pulls.pull(account, isUrgent);
    for (;;) {
      const pauseMs = this.#pulls.latest(account)?.pauseMs ?? this.#options.intervalMs;
      // A timer may fire a millisecond early.
      await sleep(Math.ceil(pauseMs) + 1, null, { signal }).catch(() => null);
      if (signal.aborted || !isWanted()) return;
      await this.#pulls.pull(account, false);
    }
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
}

function whenAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
