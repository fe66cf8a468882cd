import { bulkhead } from 'cockatiel';
import { sql } from 'kysely';

import type { RateCard } from '../billing/rate-card.ts';
import { type AccountLease, takeLease } from './recording/account-lease.ts';
import { AccountUpstreams } from './recording/account-upstreams.ts';
import { type AskedAccount, markAsked, readAskedAccounts } from './recording/asked-accounts.ts';
import type { Database } from './database/database.ts';
import { type ListedMessage, type MessageListQuery, readMessageList } from './reading/message-list.ts';
import {
  type MessagePageQuery,
  readChargePage,
  readMessage,
  readMessagePage,
  type RecordedCharge,
  type RecordedMessage,
} from './reading/message-page.ts';
import { migrate } from './database/migrations.ts';
import { type AccountState, readAccountStates } from './reading/account-states.ts';
import { clearDeadPulls } from './recording/dead-pulls.ts';
import { type PullTime, readPullTime } from './recording/pull-time.ts';
import {
  type BillingPeriod,
  type PeriodQuery,
  type PeriodUsage,
  readPeriod,
  readPeriods,
  readRevision,
} from './reading/periods.ts';
import type { LeaseFault, ReportReading } from './recording/pull.ts';
import { checkRateCard, readRateCard } from './reading/rate-cards.ts';
import {
  readReportSlots,
  readReportTotals,
  type ReportSlot,
  type ReportTotals,
} from './reading/report-totals.ts';
import type { Log } from '../telemetry/log.ts';
import { readReports } from './reading/report-readings.ts';
import { prepareStaging } from './recording/staging.ts';
import {
  readFilteredTotals,
  readSlots,
  type SlotTotals,
  type SumQuery,
  type UsageTotals,
} from './reading/sums.ts';

// Of the ten connections that pulls have on PostgreSQL, the others are for what is done within milliseconds.
const longCommitsAtOnce = 4;

export type { AccountState } from './reading/account-states.ts';

/**
 * The record of what was used and what it cost. Every method names its account and sees nothing of any other.
 * All of them throw what the database throws; nothing is half done then.
 */
export class Ledger {
  readonly upstreams: AccountUpstreams;
  readonly #database: Database;
  readonly #now: () => Date;
  readonly #log: Log | null;
  readonly #onLeaseFault: (fault: LeaseFault) => void;
  readonly #unreleased = new Map<string, string>();
  readonly #longCommits = bulkhead(longCommitsAtOnce, Number.POSITIVE_INFINITY);

  /**
   * @param log where is told what the upgrade of an old ledger found; null: nowhere.
   * @param onLeaseFault is told of each pull whose lease could not be kept or given back, which fails no pull.
   */
  constructor({
    database,
    now,
    log = null,
    onLeaseFault = () => {},
  }: {
    readonly database: Database;
    readonly now: () => Date;
    readonly log?: Log | null;
    readonly onLeaseFault?: (fault: LeaseFault) => void;
  }) {
    this.#database = database;
    this.#now = now;
    this.upstreams = new AccountUpstreams(database, now);
    this.#log = log;
    this.#onLeaseFault = onLeaseFault;
  }

  /** Brings the tables up to date. Safe when several instances start together. */
  async migrate(): Promise<void> {
    await migrate(this.#database, this.#log);
    await prepareStaging(this.#database);
    await clearDeadPulls(this.#database, this.#now);
  }

  /** Throws unless the database answers. */
  async ping(): Promise<void> {
    await sql`select 1`.execute(this.#database.reads);
  }

  /**
   * Takes the right to pull an account; null while another instance has it.
   * @param seen what {@link Ledger.readPullTime} told: null, too, when an instance has pulled it since then.
   */
  takeLease(
    account: string,
    seen: Pick<PullTime, 'dueAtMs' | 'isFree'> | null = null,
  ): Promise<AccountLease | null> {
    return takeLease(this.#database, {
      account,
      dueAtMs: seen?.dueAtMs ?? null,
      wasFree: seen?.isFree ?? false,
      now: this.#now,
      unreleased: this.#unreleased,
      longCommits: this.#longCommits,
      onLeaseFault: this.#onLeaseFault,
    });
  }

  /** Notes that somebody asked for an account. */
  markAsked(account: string, askedAtMs: number): Promise<void> {
    return markAsked(this.#database, account, askedAtMs);
  }

  /**
   * Checks that a card may price: one question about all accounts.
   * @throws RateCardConflict when its version once stood for other prices
   */
  checkRateCard(card: RateCard): Promise<void> {
    return checkRateCard(this.#database, card);
  }

  /**
   * The accounts that somebody asked for since a time, most recently asked first: the other question that is about all
   * accounts.
   */
  readAskedAccounts(page: {
    readonly sinceMs: number;
    readonly limit: number;
  }): Promise<readonly AskedAccount[]> {
    return readAskedAccounts(this.#database, page);
  }

  /** When an account is to be pulled next. @param maxPauseMs the longest pause that there is between two pulls */
  readPullTime(account: string, maxPauseMs: number): Promise<PullTime> {
    return readPullTime(this.#database, { account, now: this.#now, maxPauseMs });
  }

  /** How far some accounts have come; those that were never pulled are left out. */
  readStates(accounts: readonly string[]): Promise<readonly AccountState[]> {
    return readAccountStates(this.#database, accounts, this.#now);
  }

  /** The open period, or the one with the id given; null when the account has no such period. */
  readPeriod(account: string, periodId: number | null): Promise<PeriodUsage | null> {
    return readPeriod(this.#database, { account, periodId, now: this.#now });
  }

  /** Rises with each recorded change of the account; null before its first pull. */
  readRevision(account: string): Promise<number | null> {
    return readRevision(this.#database, account);
  }

  /** Some of the account's periods, newest first. */
  readPeriods(account: string, query: PeriodQuery): Promise<readonly BillingPeriod[]> {
    return readPeriods(this.#database, account, query);
  }

  /** A card that once priced messages of the account; null when none of that version did. */
  readRateCard(account: string, version: string): Promise<RateCard | null> {
    return readRateCard(this.#database, account, version);
  }

  /** One page of a period's messages. */
  readMessages(query: MessagePageQuery): Promise<readonly RecordedMessage[]> {
    return readMessagePage(this.#database, query);
  }

  /** One page of a period without the messages' texts. */
  readCharges(query: MessagePageQuery): Promise<readonly RecordedCharge[]> {
    return readChargePage(this.#database, query);
  }

  /** A part of a period's messages, without their texts. */
  listMessages(query: MessageListQuery): Promise<readonly ListedMessage[]> {
    return readMessageList(this.#database, query);
  }

  /** One message of any period; null when the account has no such message. */
  readMessage(account: string, messageId: number): Promise<RecordedMessage | null> {
    return readMessage(this.#database, account, messageId);
  }

  /** What is known of some reports of a period, in no order; unknown ones are left out. One statement. */
  readReports(
    account: string,
    periodId: number,
    reportIds: readonly number[],
  ): Promise<readonly ReportReading[]> {
    return readReports(this.#database, { account, periodId }, reportIds);
  }

  /** What the messages come to that a filter lets through. */
  readTotals(query: SumQuery): Promise<UsageTotals> {
    return readFilteredTotals(this.#database, query);
  }

  /** The totals by quarter of an hour, unless told another length; earliest first. */
  readSlots(query: SumQuery, lengthMs?: number): Promise<readonly SlotTotals[]> {
    return readSlots(this.#database, query, lengthMs);
  }

  /** The totals by slots of a length, and by period and report; earliest first. */
  readReportSlots(query: SumQuery, lengthMs: number): Promise<readonly ReportSlot[]> {
    return readReportSlots(this.#database, query, lengthMs);
  }

  /** The totals by report, dearest first. */
  readReportTotals(query: SumQuery): Promise<readonly ReportTotals[]> {
    return readReportTotals(this.#database, query);
  }

  /** Closes all connections, after the statements under way. */
  close(): Promise<void> {
    return this.#database.close();
  }
}
