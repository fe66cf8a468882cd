import { Credits } from '../../billing/credits.ts';
import type { Database } from '../database/database.ts';
import type { RecordedMessage } from './message-page.ts';

/** What a period's list says of a message: all but its text, which may be a megabyte long. */
export type ListedMessage = Pick<
  RecordedMessage,
  'id' | 'position' | 'timestamp' | 'reportId' | 'reportName' | 'credits'
>;

/** Which part of a list to read. */
export interface MessageListQuery {
  readonly account: string;
  readonly periodId: number;
  /** The position of the last message read; null at the start. */
  readonly afterPosition: number | null;
  readonly limit: number;
}

/** Reads a part of a period's list in the upstream's order. */
export async function readMessageList(
  { reads }: Database,
  { account, periodId, afterPosition, limit }: MessageListQuery,
): Promise<readonly ListedMessage[]> {
  let select = reads
    .selectFrom('messages')
    .select(['message_id', 'position', 'timestamp', 'report_id', 'report_name', 'credits'])
    .where('account_id', '=', account)
    .where('period_id', '=', periodId)
    .orderBy('position')
    .limit(limit);
  if (afterPosition !== null) select = select.where('position', '>', afterPosition);
  const rows = await select.execute();
  return rows.map((row) => ({
    id: row.message_id,
    position: row.position,
    timestamp: row.timestamp,
    reportId: row.report_id,
    reportName: row.report_name,
    credits: row.credits === null ? null : Credits.fromUnits(row.credits),
  }));
}
