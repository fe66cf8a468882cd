import { setTimeout as sleep } from 'node:timers/promises';

import type { Ledger } from '../ledger/ledger.ts';

/** How accounts are watched. */
export interface AccountWatchOptions {
  readonly ledger: Pick<Ledger, 'readStates'>;
  /** Usage older than this is stale. */
  readonly staleAfterMs: number;
  /** Learns with each look that somebody watches an account, which keeps it fresh as an ask does. */
  readonly noteAsk: (account: string) => void;
  /** Learns of a failure to look, once each time that the ledger goes out. */
  readonly onFault: (error: unknown) => void;
  /** The pause between two looks, in ms; a second unless told otherwise. */
  readonly pauseMs?: number;
}

/** What watchers are told of an account: these three, and nothing else of its state. */
export interface WatchedState {
  readonly revision: number;
  readonly isStale: boolean;
  /** Rows of the last list that could not be read. */
  readonly setAsideCount: number;
}

type Listener = (state: WatchedState) => void;

// Both databases take many more parameters, but one statement must not hold up the others.
const accountsAtOnce = 1_000;

/**
 * The one source of "this account changed". While anybody watches, it looks once a second how far the watched accounts
 * have come, by their keys. So it sees what other instances record as well, and costs what is watched: an index of all
 * changes would cost each instance what all of them record.
 */
export class AccountWatch {
  readonly #options: AccountWatchOptions;
  readonly #pauseMs: number;
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #stopping = new AbortController();
  #looking: Promise<void> | null = null;
  #isOut = false;

  constructor(options: AccountWatchOptions) {
    this.#options = options;
    this.#pauseMs = options.pauseMs ?? 1_000;
  }

  /**
   * Tells the listener with each look what state the account is in: a listener compares it with what it knows.
   * @returns ends that
   */
  watch(account: string, listener: Listener): () => void {
    const listeners = this.#listeners.get(account) ?? new Set<Listener>();
    listeners.add(listener);
    this.#listeners.set(account, listeners);
    this.#looking ??= this.#lookAgainAndAgain();
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(account) === listeners) this.#listeners.delete(account);
    };
  }

  /** Ends all looks. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#looking;
  }

  async #lookAgainAndAgain(): Promise<void> {
    const { signal } = this.#stopping;
    while (this.#listeners.size > 0 && !signal.aborted) {
      await this.#look();
      await sleep(this.#pauseMs, null, { signal }).catch(() => null);
    }
    this.#looking = null;
  }

  async #look(): Promise<void> {
    const accounts = [...this.#listeners.keys()];
    for (const account of accounts) this.#options.noteAsk(account);
    try {
      for (let start = 0; start < accounts.length; start += accountsAtOnce) {
        await this.#read(accounts.slice(start, start + accountsAtOnce));
      }
      this.#isOut = false;
    } catch (error) {
      // An outage is told once; the next look comes anyway.
      if (!this.#isOut) this.#options.onFault(error);
      this.#isOut = true;
    }
  }

  async #read(accounts: readonly string[]): Promise<void> {
    const { ledger, staleAfterMs } = this.#options;
    for (const { account, revision, ageMs, setAsideCount } of await ledger.readStates(accounts)) {
      // A time that lies far ahead was told by a clock that has been set back since: it says nothing.
      const state: WatchedState = { revision, isStale: Math.abs(ageMs) > staleAfterMs, setAsideCount };
      for (const listener of this.#listeners.get(account) ?? []) listener(state);
    }
  }
}

/** Whether watchers of the one state know the other as well. */
export function isEqual(a: WatchedState, b: WatchedState): boolean {
  return a.revision === b.revision && a.isStale === b.isStale && a.setAsideCount === b.setAsideCount;
}
