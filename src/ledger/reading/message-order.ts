import type { MessagesTable } from '../database/tables.ts';

/** What messages can be ordered by, besides the upstream's order. */
export type MessageOrderField = 'TIMESTAMP' | 'CREDITS_USED' | 'REPORT_NAME';

/** One wish of an order. Messages that lack the field come last, in either direction. */
export interface MessageOrder {
  readonly field: MessageOrderField;
  readonly direction: 'ASC' | 'DESC';
}

/** The column behind a wish. */
export const orderColumns = {
  TIMESTAMP: { column: 'timestamp_ms', nullable: false },
  CREDITS_USED: { column: 'credits', nullable: true },
  REPORT_NAME: { column: 'report_name_key', nullable: true },
} as const satisfies Record<MessageOrderField, { column: string; nullable: boolean }>;

/** The place of a message in an order: one value for each wish, then the position that makes it total. */
export type MessageKey = readonly (string | number | null)[];

/** The key of a row in an order. */
export function keyOfRow(
  row: Pick<MessagesTable, OrderColumn | 'position'>,
  order: readonly MessageOrder[],
): MessageKey {
  return [...order.map(({ field }) => row[orderColumns[field].column]), row.position];
}

type OrderColumn = (typeof orderColumns)[MessageOrderField]['column'];
