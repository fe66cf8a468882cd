import { LRUCache } from 'lru-cache';

import type { Ledger } from '../ledger/ledger.ts';
import type { Log } from '../telemetry/log.ts';

/** An account that nobody asked for this long rests: it is not pulled until somebody asks again. */
const restAfterMs = 7 * 86_400_000;
/** The ledger learns of this many asks: what is that coarse costs a query nothing. */
const noteEveryMs = 3_600_000;
/** Notes of so long before the last look are read again: instances have clocks of their own, and a note may be late. */
const overlapMs = 3_600_000;

/** Knows which accounts are asked for: here as it happens, in the ledger, for all instances, to the hour. */
export class AskedAccounts {
  readonly #ledger: Ledger;
  readonly #now: () => Date;
  readonly #log: Log;
  readonly #limit: number;
  readonly #askedAtMs: LRUCache<string, number>;
  readonly #notedAtMs: LRUCache<string, number>;
  /** When the last look began that had room for all; null when there was none. */
  #lookedAtMs: number | null = null;

  constructor({
    ledger,
    now,
    log,
    maxAccounts,
  }: {
    readonly ledger: Ledger;
    readonly now: () => Date;
    readonly log: Log;
    /** The most accounts that are followed. */
    readonly maxAccounts: number;
  }) {
    this.#ledger = ledger;
    this.#now = now;
    this.#log = log;
    // One more than can be followed, so that it shows when there are too many.
    this.#limit = maxAccounts + 1;
    this.#askedAtMs = new LRUCache({ max: this.#limit });
    this.#notedAtMs = new LRUCache({ max: this.#limit });
  }

  /** Notes that an account is asked for now. Never waits and never throws. */
  note(account: string): void {
    const nowMs = this.#now().getTime();
    this.#askedAtMs.set(account, nowMs);
    const notedAtMs = this.#notedAtMs.get(account);
    if (notedAtMs !== undefined && nowMs - notedAtMs < noteEveryMs) return;
    this.#notedAtMs.set(account, nowMs);
    this.#ledger.markAsked(account, nowMs).catch((error: unknown) => {
      // Here it stays known; other instances learn of it with the next note.
      this.#log.warn({ account, err: error }, 'could not note that an account was asked for');
    });
  }

  /** Whether an account was asked for, here or as far as was read, within the time after which it rests. */
  isAwake(account: string): boolean {
    // A peek: what is looked at is not asked for.
    return this.#now().getTime() - (this.#askedAtMs.peek(account) ?? Number.NEGATIVE_INFINITY) <= restAfterMs;
  }

  /**
   * Reads the accounts that any instance was asked for within that time, most recently asked first: of more than can be
   * followed, one too many. Those that an earlier look has told are left out, unless they were asked for again.
   * @throws what the ledger throws
   */
  async readAwake(): Promise<readonly string[]> {
    const nowMs = this.#now().getTime();
    const awakeSinceMs = nowMs - restAfterMs;
    const newSinceMs = this.#lookedAtMs === null ? awakeSinceMs : this.#lookedAtMs - overlapMs;
    const sinceMs = Math.max(awakeSinceMs, newSinceMs);
    const asked = await this.#ledger.readAskedAccounts({ sinceMs, limit: this.#limit });
    // For those that there was no room for, there may be some the next time.
    this.#lookedAtMs = asked.length < this.#limit ? nowMs : null;
    // The most recent ones last, so that what is forgotten first is what was asked longest ago.
    for (const { account, askedAtMs } of asked.toReversed()) {
      if (askedAtMs > (this.#askedAtMs.peek(account) ?? 0)) this.#askedAtMs.set(account, askedAtMs);
    }
    return asked.map(({ account }) => account);
  }
}
