import { type Kysely, sql } from 'kysely';

import { measureColumnNames, type MeasureRow } from '../database/message-columns.ts';
import type { MessageHistoryTable, MessagesTable, ReportsTable, Tables } from '../database/tables.ts';

/** Rows that are read at a time: at most so many, and no more once their texts take so many bytes. */
const batch = { rows: 1_000, bytes: 4 * 1024 * 1024 };

const textColumns = ['text', 'text_sha256', 'measure_version', ...measureColumnNames] as const;
const priceColumns = ['report_id', 'report_name', 'credits', 'credits_kept'] as const;

/** A text and what was found out of it. */
export type AuditedText = MeasureRow & Pick<MessagesTable, 'text' | 'text_sha256' | 'measure_version'>;

type PricedRow = AuditedText & Pick<MessagesTable, 'message_id' | (typeof priceColumns)[number]>;

/** A row of `messages` with what prices it: its report and the card of its period. */
export type AuditedMessage = PricedRow &
  Pick<MessagesTable, 'period_id' | 'timestamp_ms'> & {
    readonly status: ReportsTable['status'] | null;
    readonly name: string | null;
    readonly credit_cost: number | null;
    readonly rate_card_version: string | null;
  };

/** A row of `message_history`. */
export type AuditedHistory = PricedRow &
  Pick<MessageHistoryTable, 'revision' | 'report_cost' | 'rate_card_version'>;

/** All messages of an account by their ids, as many at a time as memory has room for. */
export function readMessages(db: Kysely<Tables>, account: string): AsyncIterable<AuditedMessage> {
  const messagesAfter = (last: AuditedMessage | null) =>
    db
      .selectFrom('messages as m')
      .where('m.account_id', '=', account)
      .where('m.message_id', '>', last?.message_id ?? Number.MIN_SAFE_INTEGER)
      .orderBy('m.message_id');
  return readInBatches<AuditedMessage>({
    readSizes: (last) =>
      messagesAfter(last)
        .select(sql<number>`octet_length(text)`.as('bytes'))
        .limit(batch.rows)
        .execute(),
    readRows: (last, limit) =>
      messagesAfter(last)
        .leftJoin('periods as p', (join) =>
          join.onRef('p.account_id', '=', 'm.account_id').onRef('p.period_id', '=', 'm.period_id'),
        )
        .leftJoin('reports as r', (join) =>
          join
            .onRef('r.account_id', '=', 'm.account_id')
            .onRef('r.period_id', '=', 'm.period_id')
            .onRef('r.report_id', '=', 'm.report_id'),
        )
        .select([...textColumns, 'm.message_id', 'm.period_id', 'm.timestamp_ms'])
        .select(['m.report_id', 'm.report_name', 'm.credits', 'm.credits_kept'])
        .select(['r.status', 'r.name', 'r.credit_cost', 'p.rate_card_version'])
        .limit(limit)
        .execute(),
  });
}

/** All that an account's messages once were. */
export function readHistory(db: Kysely<Tables>, account: string): AsyncIterable<AuditedHistory> {
  const historyAfter = (last: AuditedHistory | null) =>
    db
      .selectFrom('message_history')
      .where('account_id', '=', account)
      .$if(last !== null, (query) =>
        query.where(
          sql<boolean>`(message_id, revision) > (cast(${last?.message_id} as bigint), cast(${last?.revision} as bigint))`,
        ),
      )
      .orderBy('message_id')
      .orderBy('revision');
  return readInBatches<AuditedHistory>({
    readSizes: (last) =>
      historyAfter(last)
        .select(sql<number>`octet_length(text)`.as('bytes'))
        .limit(batch.rows)
        .execute(),
    readRows: (last, limit) =>
      historyAfter(last)
        .select([...textColumns, ...priceColumns, 'message_id'])
        .select(['revision', 'report_cost', 'rate_card_version'])
        .limit(limit)
        .execute(),
  });
}

interface BatchReader<Row> {
  /** The sizes of the next texts. */
  readonly readSizes: (last: Row | null) => Promise<readonly { readonly bytes: number }[]>;
  readonly readRows: (last: Row | null, limit: number) => Promise<readonly Row[]>;
}

async function* readInBatches<Row>({
  readSizes,
  readRows,
}: BatchReader<Row>): AsyncGenerator<Row, void, undefined> {
  let last: Row | null = null;
  for (;;) {
    const limit = countFitting(await readSizes(last));
    if (limit === 0) return;
    const rows: readonly Row[] = await readRows(last, limit);
    yield* rows;
    last = rows.at(-1) ?? null;
    if (last === null) return;
  }
}

/** How many of the next texts have room in memory: at least one, if there is any. */
function countFitting(sizes: readonly { readonly bytes: number }[]): number {
  let bytes = 0;
  let count = 0;
  for (const size of sizes) {
    bytes += size.bytes;
    if (count > 0 && bytes > batch.bytes) break;
    count += 1;
  }
  return count;
}
