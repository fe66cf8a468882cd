import type { Selectable, SelectQueryBuilder } from 'kysely';

import { Credits } from '../../billing/credits.ts';
import type { Database } from '../database/database.ts';
import { filterConditions, isUnfiltered, type MessageFilter } from './message-filter.ts';
import type { MessageKey, MessageOrder } from './message-order.ts';
import { pageSegments } from './page-segments.ts';
import { messageColumnNames, toMeasure } from '../database/message-columns.ts';
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
export function readMessagePage(
  database: Database,
  query: MessagePageQuery,
): Promise<readonly RecordedMessage[]> {
  return readRows(database, query, async (rows) =>
    (await rows.select(columns).execute()).map(toRecordedMessage),
  );
}

/**
 * Reads the rows of a page through the order's index: its cost does not grow with the rows before it.
 * @param read takes what it needs of the rows of a part of the page.
 */
export async function readRows<Row>(
  database: Database,
  { account, periodId, filter, order, after, before, limit, backward }: MessagePageQuery,
  read: (rows: MessageRows) => Promise<readonly Row[]>,
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
    for (const segment of pageSegments(order, { start, end, backward })) {
      if (rows.length === limit) break;
      let select: MessageRows = db
        .selectFrom('messages')
        .where('account_id', '=', account)
        .where('period_id', '=', periodId)
        .where((eb) => eb.and([...segment.conditions(eb), ...filterConditions(eb, filter, database)]))
        .limit(limit - rows.length);
      for (const term of segment.orderBy) select = select.orderBy(term);
      rows.push(...(await read(select)));
    }
    return rows;
  }
}

/** Rows of `messages`, before it is said which columns to read. */
type MessageRows = SelectQueryBuilder<Tables, 'messages', object>;

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

function toRecordedMessage(row: Pick<Selectable<MessagesTable>, (typeof columns)[number]>): RecordedMessage {
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
