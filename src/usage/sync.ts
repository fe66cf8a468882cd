import { setTimeout as sleep } from 'node:timers/promises';

import { bulkhead, type BulkheadPolicy } from 'cockatiel';

import { pullAccount, type PullDependencies } from './pull-account.ts';

/** How the sync keeps accounts up to date. */
export interface SyncOptions extends PullDependencies {
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
}

// Far more accounts than one instance can keep fresh; a bound all the same.
const mostWaitingPulls = 100_000;

/** Pulls accounts again and again, each in its own rhythm, never one account twice at once. */
export class Sync {
  readonly #options: SyncOptions;
  readonly #slots: BulkheadPolicy;
  readonly #stopping = new AbortController();
  readonly #loops = new Map<string, Promise<void>>();
  readonly #pulls = new Map<string, Promise<void>>();
  readonly #outcomes = new Map<string, PullOutcome>();

  constructor(options: SyncOptions) {
    this.#options = options;
    this.#slots = bulkhead(options.pullsAtOnce, mostWaitingPulls);
  }

  /** Pulls an account now and then after each pause, until the sync stops. */
  follow(account: string): void {
    if (this.#loops.has(account) || this.#stopping.signal.aborted) return;
    this.#loops.set(account, this.#loop(account));
  }

  /** Why the account's latest pull failed; null when it did not, or there was none yet. */
  failure(account: string): unknown {
    return this.#outcomes.get(account)?.failure ?? null;
  }

  /**
   * Waits for an account's first usage: pulls it unless a pull is under way or failed just now.
   * @throws FirstPullFailed when nothing could be pulled within the deadline.
   */
  async pullFirst(account: string): Promise<void> {
    const { firstPullTimeoutMs, intervalMs, ledger, now } = this.#options;
    const giveUp = AbortSignal.any([AbortSignal.timeout(firstPullTimeoutMs), this.#stopping.signal]);
    while (!giveUp.aborted) {
      const latest = this.#outcomes.get(account);
      const failedJustNow =
        latest !== undefined && latest.failure !== null && now().getTime() - latest.endedAtMs < intervalMs;
      // Asking a broken upstream again for each query would only make both slower.
      if (failedJustNow && !this.#pulls.has(account))
        throw new FirstPullFailed({ account }, { cause: latest.failure });
      await Promise.race([this.#pull(account), whenAborted(giveUp)]);
      if ((await ledger.readPeriod(account, null)) !== null) return;
      // Another instance may be pulling this account: look again soon.
      if (this.failure(account) === null) await sleep(50, null, { signal: giveUp }).catch(() => null);
    }
    throw new FirstPullFailed({ account }, { cause: this.failure(account) ?? giveUp.reason });
  }

  /** Ends all loops, after the pulls under way. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all([...this.#loops.values(), ...this.#pulls.values()]);
  }

  async #loop(account: string): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.#pull(account);
      await sleep(this.#options.intervalMs, null, { signal }).catch(() => null);
    }
  }

  /** Joins the account's pull that is under way, or begins one. Never throws: failures are logged and kept. */
  #pull(account: string): Promise<void> {
    const underWay = this.#pulls.get(account);
    if (underWay !== undefined) return underWay;
    const pull = this.#slots
      .execute(() => this.#pullOnce(account))
      .finally(() => this.#pulls.delete(account));
    this.#pulls.set(account, pull);
    return pull;
  }

  async #pullOnce(account: string): Promise<void> {
    const { log, metrics, now } = this.#options;
    if (this.#stopping.signal.aborted) return;
    try {
      const result = await pullAccount(account, this.#options);
      this.#outcomes.set(account, { endedAtMs: now().getTime(), failure: null });
      if (result !== null) metrics.pulls.inc({ outcome: result.changed ? 'changed' : 'unchanged' });
    } catch (error) {
      this.#outcomes.set(account, { endedAtMs: now().getTime(), failure: error });
      metrics.pulls.inc({ outcome: 'failed' });
      log.error({ account, err: error }, 'pull failed, nothing was recorded');
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

function whenAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
