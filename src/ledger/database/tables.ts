import type { Generated } from 'kysely';

import type { ReportAnswer } from '../../billing/report.ts';
import type { KeyRow, MessageRow } from './message-columns.ts';

/** The ledger's tables as Kysely sees them. Times are epoch milliseconds, credits are units of 1/10,000. */
export interface Tables {
  readonly accounts: AccountsTable;
  readonly periods: PeriodsTable;
  readonly messages: MessagesTable;
  readonly message_history: MessageHistoryTable;
  readonly reports: ReportsTable;
  readonly rate_cards: RateCardsTable;
  readonly usage_sums: UsageSumsTable;
  readonly staged_messages: StagedMessagesTable;
  readonly account_upstreams: AccountUpstreamsTable;
}

/** One row an account: how far its pulls have come, and who may pull now. */
export interface AccountsTable {
  account_id: string;
  /** Rises by one with each pull that changed anything; 0 before the first whole pull. */
  revision: number;
  /** The open period, null before the first whole pull. */
  period_id: number | null;
  /** When the last whole pull began, by the ledger's clock. */
  as_of_ms: number | null;
  /** When somebody last asked for this account. */
  asked_at_ms: number;
  /** When the account is to be pulled next, by the ledger's clock; 0: at once. */
  next_pull_at_ms: number;
  /** SHA-256 of the body of the list that is recorded; null: the next list is read even if it is the same. */
  list_digest: string | null;
  /** The validators that came with it. */
  list_etag: string | null;
  list_last_modified: string | null;
  /** When that body came last, by the ledger's clock: a 304 does not count. */
  list_read_at_ms: number | null;
  /** The version of the decoding and the card that it was recorded by. */
  list_read_by: string | null;
  /** When a report of it is to be read again, by the ledger's clock; null: never. */
  report_due_at_ms: number | null;
  lease_owner: string | null;
  lease_until_ms: number;
  /** How many rows of the last whole list could not be read. */
  set_aside_count: Generated<number>;
}

interface Sums {
  /** Credits of the priced messages. */
  credits: number;
  message_count: number;
  unpriced_count: number;
}

/** One row a billing period, with the totals of its messages. */
export interface PeriodsTable extends Sums {
  account_id: string;
  period_id: number;
  from_ms: number;
  /** Null while the period is open. */
  to_ms: number | null;
  /** The earliest and the latest timestamp of its messages; null while it has none. */
  first_message_ms: number | null;
  last_message_ms: number | null;
  /** The card that priced all its messages. */
  rate_card_version: string;
}

/** A message, and whose it is. */
interface OwnedMessage extends MessageRow {
  account_id: string;
  message_id: number;
}

/** A message that was charged. */
interface ChargedMessage extends OwnedMessage {
  /**
   * 1: an upgrade of the ledger measured the text, and its measure does not give the credits that were charged. These
   * stand. 0 otherwise.
   */
  credits_kept: number;
}

/** The messages that count: never a withdrawn one, never an amended one's old content. */
export interface MessagesTable extends ChargedMessage, KeyRow {
  period_id: number;
  /** Rises in the upstream's order, with gaps. */
  position: number;
}

/** What a message was before it was amended or withdrawn. Nothing that was recorded is ever lost. */
export interface MessageHistoryTable extends ChargedMessage {
  period_id: number;
  /** The account's revision that ended this state. */
  revision: number;
  change: 'amended' | 'withdrawn';
  /** The card and the cost of the report that priced it then; a cost of null: no report did. */
  rate_card_version: string;
  report_cost: number | null;
}

/** The reports that a period's messages name, as they were read for that period. */
export interface ReportsTable {
  account_id: string;
  period_id: number;
  report_id: number;
  status: ReportAnswer['status'];
  /** Null unless found. */
  name: string | null;
  /** Null unless found. */
  credit_cost: number | null;
  /** When the upstream last answered for it; of an unread one, when it was last asked. */
  read_at_ms: number;
}

/** Every card that ever priced a message of the account. */
export interface RateCardsTable {
  account_id: string;
  version: string;
  /** The format of the card, which says how it is read. */
  format: number;
  /** JSON, as `billing/rate-card` encodes it. */
  card: string;
}

/** Sums by quarter-hour and report: slot n is [n, n+1) × 15 minutes since the epoch. Derived from `messages`. */
export interface UsageSumsTable extends Sums {
  account_id: string;
  period_id: number;
  slot: number;
  /** 1: of the report `report_id`, those included that wait for its price. 0: priced from the text, with `report_id` 0. */
  has_report: number;
  report_id: number;
}

/** The upstreams that an account was ever pulled from. */
export interface AccountUpstreamsTable {
  account_id: string;
  /** Its URL without what may be a secret, or a name of the sample. */
  upstream: string;
  /** By the clock of the instance that pulled. */
  first_pulled_at_ms: number;
}

/** A pull's snapshot on its way into the ledger; nobody reads it but that pull. */
export interface StagedMessagesTable extends OwnedMessage, KeyRow {
  pull_id: string;
  /** The place in the snapshot, from 0. */
  ordinal: number;
  position: number | null;
}
