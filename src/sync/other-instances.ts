import { LRUCache } from 'lru-cache';

import type { Ledger } from '../ledger/ledger.ts';
import type { Log } from '../telemetry/log.ts';

/**
 * What a look at an account's record tells: another instance has pulled it since the last look (`moved`), or did so less
 * than an interval ago (`waiting`), or it is for this instance to pull (`due`).
 */
export type Look = 'moved' | 'waiting' | 'due';

/**
 * How often an instance looks in each interval whether the one that pulls an account still does. The later it notices a
 * pull, the later it notices that the next one did not come: so it takes over after an interval and a quarter.
 */
export const looksPerInterval = 4;

/** What this instance saw of an account last. */
interface Sighting {
  readonly asOfMs: number | null;
  /** Looks since another instance's pull was seen. */
  readonly idleLooks: number;
}

/**
 * Knows which accounts other instances pull, so that several ask an upstream that answers no more often than one does;
 * one that fails is tried by each of them. It compares what is recorded with what this instance saw last, and no time
 * with any clock: theirs may differ.
 */
export class OtherInstances {
  readonly #ledger: Ledger;
  readonly #log: Log;
  readonly #sightings: LRUCache<string, Sighting>;

  constructor({
    ledger,
    log,
    maxAccounts,
  }: {
    readonly ledger: Ledger;
    readonly log: Log;
    readonly maxAccounts: number;
  }) {
    this.#ledger = ledger;
    this.#log = log;
    this.#sightings = new LRUCache({ max: maxAccounts });
  }

  /** Looks how far the account is recorded. An account that was not looked at before is due. @throws what the ledger throws */
  async look(account: string): Promise<Look> {
    const asOfMs = await this.#ledger.readAsOf(account);
    const last = this.#sightings.get(account) ?? { asOfMs, idleLooks: looksPerInterval };
    const moved = last.asOfMs !== asOfMs;
    const idleLooks = moved ? 0 : last.idleLooks + 1;
    this.#sightings.set(account, { asOfMs, idleLooks });
    if (moved) return 'moved';
    return idleLooks < looksPerInterval ? 'waiting' : 'due';
  }

  /** Takes note of what this instance itself has recorded. Never throws. */
  async noteOwnPull(account: string): Promise<void> {
    try {
      const asOfMs = await this.#ledger.readAsOf(account);
      this.#sightings.set(account, { asOfMs, idleLooks: looksPerInterval });
    } catch (error) {
      // The pull was good all the same. Not knowing what it recorded, this instance pulls again next time.
      this.forget(account);
      this.#log.warn({ account, err: error }, 'could not read back how far the account is recorded');
    }
  }

  /** Forgets what was seen of an account, for it grows old when nobody looks: the next look finds it due. */
  forget(account: string): void {
    this.#sightings.delete(account);
  }
}
