import type { Ledger } from '../ledger/ledger.ts';
import type { PeriodUsage } from './message-query.ts';

/**
 * Whether all that a session read is of one state of the ledger: `whole`, or `moved` by a pull that was recorded
 * meanwhile; `unknown` when nothing is recorded, or the ledger does not answer any more.
 */
export type Confirmation = 'whole' | 'moved' | 'unknown';

/** What one session reads of an account's periods, and the state of the ledger that this is of. */
export class AccountState {
  readonly #account: string;
  readonly #source: Ledger;
  readonly #usages = new Map<number | null, Promise<PeriodUsage | null>>();
  /** Of what was read first; null before anything was. */
  #revision: number | null = null;
  #hasMoved = false;
  #hasReadMore = false;

  constructor(account: string, ledger: Ledger) {
    this.#account = account;
    this.#source = ledger;
  }

  /** For all readings but those of periods; {@link AccountState.confirm} has to know that there were any. */
  get ledger(): Ledger {
    this.#hasReadMore = true;
    return this.#source;
  }

  /** The usage of a period, or of the open one; null when the account has no such period. Each is read once. */
  readUsage(periodId: number | null): Promise<PeriodUsage | null> {
    const known = this.#usages.get(periodId);
    if (known !== undefined) return known;
    const reading = this.#source.readPeriod(this.#account, periodId).then((usage) => {
      if (usage === null) return null;
      this.#compare(usage);
      // The open period is asked for by its id as well: by its messages.
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

  /** Takes one statement, or none when nothing but periods was read: each tells its own revision. Never throws. */
  async confirm(): Promise<Confirmation> {
    if (this.#revision === null) return 'unknown';
    if (this.#hasReadMore) {
      try {
        const now = await this.#source.readPeriod(this.#account, null);
        if (now !== null) this.#compare(now);
      } catch {
        // What was asked for has been read, and is not to be lost. Whoever asks next is told of the outage.
        return 'unknown';
      }
    }
    return this.#hasMoved ? 'moved' : 'whole';
  }

  #compare({ freshness: { revision } }: PeriodUsage): void {
    this.#revision ??= revision;
    this.#hasMoved ||= revision !== this.#revision;
  }
}
