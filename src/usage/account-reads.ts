import type { Ledger } from '../ledger/ledger.ts';
import type { PeriodUsage } from '../ledger/reading/periods.ts';

/**
 * Whether all that a session read is of one state of the ledger: `whole`, or `moved` by a pull that was recorded
 * meanwhile. `unknown`: nothing is recorded, or the ledger does not answer any more.
 */
export type Confirmation = 'whole' | 'moved' | 'unknown';

/** What one session reads of one account. It knows whether all of that was one state of the ledger. */
export class AccountReads {
  readonly #account: string;
  readonly #ledger: Ledger;
  readonly #usages = new Map<number | null, Promise<PeriodUsage | null>>();
  /** The revision of the first reading; null before there was one. */
  #revision: number | null = null;
  #hasMoved = false;
  #hasReadMore = false;

  constructor(account: string, ledger: Ledger) {
    this.#account = account;
    this.#ledger = ledger;
  }

  /** The ledger, for all readings but those of periods. Readings of periods tell their revision, these do not. */
  get ledger(): Ledger {
    this.#hasReadMore = true;
    return this.#ledger;
  }

  /** The usage of a period, or of the open one; null when the account has no such period. Each is read once. */
  readUsage(periodId: number | null): Promise<PeriodUsage | null> {
    const known = this.#usages.get(periodId);
    if (known !== undefined) return known;
    const reading = this.#ledger.readPeriod(this.#account, periodId).then((usage) => {
      if (usage === null) return null;
      this.#compare(usage.freshness.revision);
      // The messages of the open period ask for it by its id.
      this.#usages.set(usage.period.id, reading);
      return usage;
    });
    this.#usages.set(periodId, reading);
    return reading;
  }

  /** Forgets that nothing was recorded, once that may have changed. */
  forget(): void {
    this.#usages.clear();
  }

  /** Takes one statement, or none when only periods were read. Never throws. */
  async confirm(): Promise<Confirmation> {
    if (this.#revision === null) return 'unknown';
    if (this.#hasReadMore) {
      try {
        const revision = await this.#ledger.readRevision(this.#account);
        if (revision !== null) this.#compare(revision);
      } catch {
        // The answer is read already and must not be lost. The next request learns of the outage.
        return 'unknown';
      }
    }
    return this.#hasMoved ? 'moved' : 'whole';
  }

  #compare(revision: number): void {
    this.#revision ??= revision;
    this.#hasMoved ||= revision !== this.#revision;
  }
}
