import type { Selectable } from 'kysely';

import { Credits } from '../../billing/credits.ts';
import type { Database } from '../database/database.ts';
import { keyOfRow, type MessageKey } from './message-order.ts';
import { type MessagePageQuery, readRows, type RecordedMessage, type RowSelection } from './message-page.ts';
import { StatementCache } from '../database/statement-cache.ts';
import type { MessagesTable } from '../database/tables.ts';

/** What a list says of a message: all but its text, which may be a megabyte long. */
export interface ListedMessage extends Pick<
  RecordedMessage,
  'id' | 'position' | 'timestamp' | 'reportId' | 'reportName' | 'credits'
> {
  /** Its place in the list's order. */
  readonly key: MessageKey;
}

/** Which part of a list to read: so many messages behind a key. */
export type MessageListQuery = Omit<MessagePageQuery, 'before' | 'backward'>;

const columns = [
  'message_id',
  'position',
  'timestamp_ms',
  'timestamp',
  'report_id',
  'report_name',
  'report_name_key',
  'credits',
] as const;

const listedRows: RowSelection<Pick<Selectable<MessagesTable>, (typeof columns)[number]>> = {
  select: (rows) => rows.select(columns),
  statements: new StatementCache(),
};

/** Reads a part of a period's list. */
export async function readMessageList(
  database: Database,
  query: MessageListQuery,
): Promise<readonly ListedMessage[]> {
  const rows = await readRows(database, { ...query, before: null, backward: false }, listedRows);
  return rows.map((row) => ({
    id: row.message_id,
    position: row.position,
    timestamp: row.timestamp,
    reportId: row.report_id,
    reportName: row.report_name,
    credits: row.credits === null ? null : Credits.fromUnits(row.credits),
    key: keyOfRow(row, query.order),
  }));
}
