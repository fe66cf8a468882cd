import type { Selectable, SelectQueryBuilder } from 'kysely';

import { Credits } from '../../billing/credits.ts';
import type { Database } from '../database/database.ts';
import { filterConditions, isUnfiltered, type MessageFilter } from './message-filter.ts';
import type { MessageKey, MessageOrder } from './message-order.ts';
import { type PageSegment, pageSegments } from './page-segments.ts';
import { measureColumnNames, toMeasure } from '../database/message-columns.ts';
import { StatementCache } from '../database/statement-cache.ts';
import type { PricedMessage } from '../recording/pull.ts';
import type { MessagesTable, Tables } from '../database/tables.ts';

/** A message as the ledger holds it. */
export interface RecordedMessage extends PricedMessage {
  readonly periodId: number;
  /** Rises in the upstream's order. */
  readonly position: number;
  /** What its report's name sorts by; null without a name. Of a charge only where it is sorted by. */
  readonly reportNameKey: string | null;
  /** Lower-case hex of the SHA-256 of the text in UTF-8. */
  readonly textSha256: string;
  /** The measure does not give the credits: they were charged before texts were measured, and stand. */
  readonly creditsAreKept: boolean;
}

/** A message as far as it is needed to say what it cost: a page of these takes half the time of one with texts. */
export type RecordedCharge = Omit<RecordedMessage, 'text' | 'textSha256' | 'timestamp' | 'reportName'>;

/** Which rows a page holds: at most `limit` after one key and before the other. */
export interface MessagePageQuery {
  readonly account: string;
  readonly periodId: number;
  readonly filter: MessageFilter;
  /** Empty: the upstream's order. */
  readonly order: readonly MessageOrder[];
  readonly after: MessageKey | null;
  readonly before: MessageKey | null;
  readonly limit: number;
  /** Whether to keep the last rows rather than the first. They come in the order's direction all the same. */
  readonly backward: boolean;
}

const chargeColumns = [
  'message_id',
  'position',
  'timestamp_ms',
  'report_id',
  'credits',
  'credits_kept',
  ...measureColumnNames,
] as const;

const columns = [
  ...chargeColumns,
  'period_id',
  'text',
  'text_sha256',
  'timestamp',
  'report_name',
  'report_name_key',
] as const;

/** Reads one page. */
export async function readMessagePage(
  database: Database,
  query: MessagePageQuery,
): Promise<readonly RecordedMessage[]> {
  const rows = await readRows(database, query, wholeMessages);
  return rows.map(toRecordedMessage);
}

/** Reads one page without its texts. */
export async function readChargePage(
  database: Database,
  query: MessagePageQuery,
): Promise<readonly RecordedCharge[]> {
  const isByName = query.order.some(({ field }) => field === 'REPORT_NAME');
  const rows = await readRows(database, query, isByName ? chargesByName : charges);
  return rows.map((row) => toRecordedCharge(row, query.periodId));
}

/** What to read of each message. */
export interface RowSelection<Row> {
  readonly select: (rows: MessageRows) => SelectQueryBuilder<Tables, 'messages', Row>;
  readonly statements: StatementCache<Row>;
}

const wholeMessages: RowSelection<MessageRow> = {
  select: (rows) => rows.select(columns),
  statements: new StatementCache(),
};

const charges: RowSelection<ChargeRow> = {
  select: (rows) => rows.select(chargeColumns),
  statements: new StatementCache(),
};
const chargesByName: RowSelection<ChargeRow> = {
  select: (rows) => rows.select([...chargeColumns, 'report_name_key']),
  statements: new StatementCache(),
};

/** Reads the rows of a page through the order's index: its cost does not grow with the rows before it. */
export async function readRows<Row>(
  database: Database,
  { account, periodId, filter, order, after, before, limit, backward }: MessagePageQuery,
  { select, statements }: RowSelection<Row>,
): Promise<readonly Row[]> {
  const [start, end] = backward ? [before, after] : [after, before];
  // A filter may have to pass over a whole period for one page, several orders may have to sort one, and two ends
  // lead SQLite to the index of the positions between them even where a page needs another.
  const isShort = isUnfiltered(filter) && order.length < 2 && (start === null || end === null);
  const found = isShort
    ? await readSegments(database.reads)
    : await database.scanTurns.take(account, () => readSegments(database.scans));
  return backward ? found.toReversed() : found;

  async function readSegments(db: Database['reads']): Promise<readonly Row[]> {
    const rows: Row[] = [];
    for (const [index, segment] of pageSegments(order, { start, end, backward }).entries()) {
      if (rows.length === limit) break;
      const left = limit - rows.length;
      const write = () => select(writeSegment(db, segment, left)).compile();
      // Keys and filters are parameters too, of which there are more or fewer.
      const isPlain = start === null && end === null && isUnfiltered(filter);
      const shape = JSON.stringify([order, backward, index]);
      const statement = isPlain ? statements.get(db, shape, [account, periodId, left], write) : write();
      rows.push(...(await db.executeQuery(statement)).rows);
    }
    return rows;
  }

  function writeSegment(db: Database['reads'], segment: PageSegment, left: number): MessageRows {
    let rows: MessageRows = db
      .selectFrom('messages')
      .where('account_id', '=', account)
      .where('period_id', '=', periodId)
      .where((eb) => eb.and([...segment.conditions(eb), ...filterConditions(eb, filter, database)]))
      .limit(left);
    for (const term of segment.orderBy) rows = rows.orderBy(term);
    return rows;
  }
}

/** Rows of `messages`, before it is said which columns to read. */
type MessageRows = SelectQueryBuilder<Tables, 'messages', object>;

type ChargeRow = Pick<Selectable<MessagesTable>, (typeof chargeColumns)[number]> &
  Partial<Pick<MessagesTable, 'report_name_key'>>;
type MessageRow = Pick<Selectable<MessagesTable>, (typeof columns)[number]>;

/** One message of the account, whatever its period; null when there is none. */
export async function readMessage(
  { reads }: Database,
  account: string,
  messageId: number,
): Promise<RecordedMessage | null> {
  const row = await reads
    .selectFrom('messages')
    .select(columns)
    .where('account_id', '=', account)
    .where('message_id', '=', messageId)
    .executeTakeFirst();
  return row === undefined ? null : toRecordedMessage(row);
}

function toRecordedMessage(row: MessageRow): RecordedMessage {
  return {
    ...toRecordedCharge(row, row.period_id),
    timestamp: row.timestamp,
    text: row.text,
    textSha256: row.text_sha256,
    reportName: row.report_name,
  };
}

function toRecordedCharge(row: ChargeRow, periodId: number): RecordedCharge {
  return {
    id: row.message_id,
    periodId,
    position: row.position,
    timestampMs: row.timestamp_ms,
    measure: toMeasure(row),
    creditsAreKept: row.credits_kept === 1,
    reportId: row.report_id,
    reportNameKey: row.report_name_key ?? null,
    credits: row.credits === null ? null : Credits.fromUnits(row.credits),
  };
}
