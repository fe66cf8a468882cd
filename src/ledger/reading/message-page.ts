import type { Selectable, SelectQueryBuilder } from 'kysely';

import { Credits } from '../../billing/credits.ts';
import type { Database } from '../database/database.ts';
import { filterConditions, isUnfiltered, type MessageFilter } from './message-filter.ts';
import type { MessageKey, MessageOrder } from './message-order.ts';
import { type PageSegment, pageSegments } from './page-segments.ts';
import { messageColumnNames, toMeasure } from '../database/message-columns.ts';
import { StatementCache } from '../database/statement-cache.ts';
import type { PricedMessage } from '../recording/pull.ts';
import type { MessagesTable, Tables } from '../database/tables.ts';

/** A message as the ledger holds it. */
export interface RecordedMessage extends PricedMessage {
  readonly periodId: number;
  /** Rises in the upstream's order. */
  readonly position: number;
  /** What its report's name sorts by; null without a name. */
  readonly reportNameKey: string | null;
  /** Lower-case hex of the SHA-256 of the text in UTF-8. */
  readonly textSha256: string;
  /** The measure does not give the credits: they were charged before texts were measured, and stand. */
  readonly creditsAreKept: boolean;
}

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

// Nobody but the audit asks what measured a text.
const columns = [
  'report_name_key',
  'message_id',
  'period_id',
  'position',
  'credits_kept',
  ...messageColumnNames.filter((name) => name !== 'measure_version'),
] as const;

/** Reads one page. */
export async function readMessagePage(
  database: Database,
  query: MessagePageQuery,
): Promise<readonly RecordedMessage[]> {
  const rows = await readRows(database, query, wholeMessages);
  return rows.map(toRecordedMessage);
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
    id: row.message_id,
    periodId: row.period_id,
    position: row.position,
    timestampMs: row.timestamp_ms,
    timestamp: row.timestamp,
    text: row.text,
    textSha256: row.text_sha256,
    measure: toMeasure(row),
    creditsAreKept: row.credits_kept === 1,
    reportId: row.report_id,
    reportName: row.report_name,
    reportNameKey: row.report_name_key,
    credits: row.credits === null ? null : Credits.fromUnits(row.credits),
  };
}
