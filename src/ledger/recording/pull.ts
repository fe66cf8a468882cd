import type { Credits } from '../../billing/credits.ts';
import type { TextMeasure } from '../../billing/measure.ts';
import type { Message } from '../../billing/message.ts';
import type { RateCard } from '../../billing/rate-card.ts';
import type { ReportAnswer } from '../../billing/report.ts';
import type { ListKey } from './recorded-list.ts';

/** More messages than this take long to record, by the second. */
export const shortCommitCount = 5_000;

/** What the upstream said of a report, and when. */
export type ReportReading = ReportAnswer & { readonly reportId: number; readonly readAtMs: number };

/** A report that could not be read before its period closed, nor since: messages of that period wait for a price. */
export interface LateReport {
  readonly periodId: number;
  readonly reportId: number;
  /** When it was asked for last, in epoch ms; 0: never. */
  readonly readAtMs: number;
}

/** What the upstream said of a {@link LateReport} when it was asked once more. */
export type LateReading = ReportReading & { readonly periodId: number };

/** A message of a snapshot, measured and priced. */
export interface PricedMessage extends Message {
  /** Of its text. */
  readonly measure: TextMeasure;
  /** Null while its report could not be read. */
  readonly credits: Credits | null;
  /** The name of the report that set the price; null when the text did, or nothing yet. */
  readonly reportName: string | null;
}

/** A message of the snapshot that does not count, and why. */
export interface SetAsideMessage {
  readonly id: number;
  readonly reason: 'conflicting_duplicate' | 'closed_period';
}

/** The rows of a list that could not be read. */
export interface UnreadableRows {
  readonly count: number;
  /** Their ids, as far as these could be read. */
  readonly ids: ReadonlySet<number>;
}

/** What a pull changed. */
export interface PullResult {
  readonly changed: boolean;
  /** The account's revision afterwards. */
  readonly revision: number;
  readonly added: number;
  readonly amended: number;
  readonly repriced: number;
  readonly withdrawn: number;
  /** Whether this snapshot closed the period before it. */
  readonly rolledOver: boolean;
  readonly setAside: readonly SetAsideMessage[];
}

/** What {@link Pull.recordLate} changed. */
export interface LateResult {
  /** Messages of closed periods that got the price that they still lacked. */
  readonly pricedLate: number;
  /** The account's revision afterwards. */
  readonly revision: number;
}

/** One pull on its way into the ledger. Nothing of it is to be seen before {@link Pull.commit}. */
export interface Pull {
  /** What is known of the open period's reports, by id. */
  readonly knownReports: ReadonlyMap<number, ReportReading>;
  /** Reports that closed periods still wait for, the one tried the longest ago first; at most a hundred. */
  readonly lateReports: readonly LateReport[];
  /** Takes the next messages of the snapshot, in the upstream's order. */
  stage(messages: readonly PricedMessage[]): Promise<void>;
  /**
   * Stands in for rows of the list that could not be read, once all others are staged. Any of them may be the message
   * that seems to be missing: what the open period holds and the list lacks is staged once more, in its place. Where
   * the list shares no message with the open period, it is another period's, and nothing is missing.
   * @param price prices recorded messages as if the list had told them.
   */
  standInFor(
    unreadable: UnreadableRows,
    price: (messages: readonly Message[]) => Promise<readonly PricedMessage[]>,
  ): Promise<void>;
  /**
   * Records the whole snapshot in one transaction.
   * @throws SnapshotRefused, LeaseLost, StagingLost or RateCardConflict; then nothing was recorded.
   */
  commit(snapshot: {
    readonly pulledAtMs: number;
    readonly rateCard: RateCard;
    /** Readings made by this pull; those of {@link Pull.knownReports} need not be repeated. */
    readonly readings: readonly ReportReading[];
  }): Promise<PullResult>;
  /**
   * Records in a transaction of its own what this pull heard of {@link Pull.lateReports}, whatever became of the
   * snapshot. It raises the revision when a message got its price.
   * @throws LeaseLost, or what says that a message cannot be priced; then nothing was recorded.
   */
  recordLate(readings: readonly LateReading[]): Promise<LateResult>;
  /**
   * Gives the account's lease back and forgets what was staged. A second call does nothing. When the database does not
   * let it, the account's next pull does both.
   * @param pauseMs how long no instance is to pull the account from now on. Null, or left out: what was set before stands.
   * @param list what was recorded, so that it is known again. Null, or left out: the next pull reads its list in any case.
   */
  release(pauseMs?: number | null, list?: ListKey | null): Promise<void>;
}

/**
 * A pull could not renew its lease, or not give it back. What becomes of the pull is another matter: its commit checks
 * the lease, and the account's next pull takes it over.
 */
export interface LeaseFault {
  readonly account: string;
  readonly step: 'renewal' | 'release';
  readonly cause: unknown;
}

/** Another instance took the account over while this one pulled. */
export class LeaseLost extends Error {
  constructor({ account }: { readonly account: string }) {
    super(`account ${account}: another instance took the pull over; nothing was recorded`);
    this.name = 'LeaseLost';
  }
}

/** What was staged is no longer there: the database was restarted meanwhile. The rest would be half a snapshot. */
export class StagingLost extends Error {
  constructor(facts: {
    readonly account: string;
    readonly stagedCount: number;
    readonly foundCount: number;
  }) {
    super(
      `account ${facts.account}: ${facts.stagedCount} messages were staged but ${facts.foundCount} are there; ` +
        'nothing was recorded',
    );
    this.name = 'StagingLost';
  }
}

/** A rate card's prices were changed without a new version: receipts of the old one would become wrong. */
export class RateCardConflict extends Error {
  constructor({ version }: { readonly version: string }) {
    super(
      `rate card version "${version}" was used with other prices before: give the changed card a new version`,
    );
    this.name = 'RateCardConflict';
  }
}
