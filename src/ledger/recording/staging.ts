import { type Kysely, type QueryExecutorProvider, sql } from 'kysely';

import type { ColumnType, Database } from '../database/database.ts';
import type { PricedMessage } from './pull.ts';
import type { Tables } from '../database/tables.ts';

const columns = {
  message_id: 'bigint',
  ordinal: 'bigint',
  timestamp_ms: 'bigint',
  timestamp: 'text',
  text: 'text',
  search_text: 'text',
  report_id: 'bigint',
  report_name: 'text',
  credits: 'bigint',
} as const satisfies Record<string, ColumnType>;

/** Makes the table that holds snapshots on their way in. On SQLite it belongs to the connection that makes it. */
export async function createStagingTable(
  db: QueryExecutorProvider,
  { stagingTable }: Pick<Database, 'stagingTable'>,
): Promise<void> {
  await sql`${stagingTable} (
    account_id text not null, pull_id text not null, message_id bigint not null, ordinal bigint not null,
    position bigint, timestamp_ms bigint not null, timestamp text not null, text text not null,
    search_text text not null, report_id bigint, report_name text, credits bigint,
    primary key (account_id, pull_id, message_id))`.execute(db);
}

/** A pull's own part of the staging table. */
export interface StagingKey {
  readonly account: string;
  readonly pullId: string;
}

/**
 * Adds the next messages of a snapshot. Of several with one id the first stands.
 * @returns how many were added, and the ids whose later copies said something else than the first.
 */
export async function stageMessages(
  database: Database,
  { account, pullId }: StagingKey,
  messages: readonly PricedMessage[],
  firstOrdinal: number,
): Promise<{ readonly addedCount: number; readonly conflictingIds: readonly number[] }> {
  const rows = messages.map((message, index) => ({
    message_id: message.id,
    ordinal: firstOrdinal + index,
    timestamp_ms: message.timestampMs,
    timestamp: message.timestamp,
    text: message.text,
    search_text: message.text.toLowerCase(),
    report_id: message.reportId,
    report_name: message.reportName,
    credits: message.credits?.units ?? null,
  }));
  const names = sql.raw(Object.keys(columns).join(', '));
  const inserted = await sql<{ ordinal: number }>`
    insert into staged_messages (account_id, pull_id, ${names})
    select ${account}, ${pullId}, ${names} from ${database.rowsOf('given', columns, rows)} where true
    on conflict do nothing returning ordinal`.execute(database.writes);
  const addedCount = inserted.rows.length;
  if (addedCount === rows.length) return { addedCount, conflictingIds: [] };

  const taken = new Set(inserted.rows.map((row) => row.ordinal));
  const repeated = rows.filter((row) => !taken.has(row.ordinal));
  const differing = await sql<{ message_id: number }>`
    select distinct given.message_id from ${database.rowsOf('given', columns, repeated)}
    join staged_messages s on s.message_id = given.message_id
    where s.account_id = ${account} and s.pull_id = ${pullId}
      and (s.timestamp <> given.timestamp or s.text <> given.text or s.report_id is distinct from given.report_id)
    order by 1`.execute(database.writes);
  return { addedCount, conflictingIds: differing.rows.map((row) => row.message_id) };
}

/** What a pull staged, as a whole. */
export interface StagedSpan {
  readonly count: number;
  /** The earliest timestamp; null when nothing was staged. */
  readonly firstMs: number | null;
  /** Whether any of it is in the open period. */
  readonly sharesOpen: boolean;
}

/** Looks over what a pull staged. @param openPeriodId null while there is no open period. */
export async function readStagedSpan(
  trx: Kysely<Tables>,
  { account, pullId }: StagingKey,
  openPeriodId: number | null,
): Promise<StagedSpan> {
  const span = await sql<{ count: number; first_ms: number | null; shared: number }>`
    select cast(count(*) as bigint) as count, min(timestamp_ms) as first_ms,
      cast(case when exists (
        select 1 from staged_messages s
        join messages m on m.account_id = s.account_id and m.message_id = s.message_id
        where s.account_id = ${account} and s.pull_id = ${pullId}
          and m.period_id = cast(${openPeriodId} as bigint)
      ) then 1 else 0 end as bigint) as shared
    from staged_messages where account_id = ${account} and pull_id = ${pullId}`.execute(trx);
  const row = span.rows[0];
  return { count: row?.count ?? 0, firstMs: row?.first_ms ?? null, sharesOpen: row?.shared === 1 };
}

/** Forgets a pull's rows, or with no pull named whatever an account's dead pulls left behind. */
export async function clearStaging(
  { writes }: Pick<Database, 'writes'>,
  { account, pullId }: { readonly account: string; readonly pullId?: string },
): Promise<void> {
  await writes
    .deleteFrom('staged_messages')
    .where('account_id', '=', account)
    .$if(pullId !== undefined, (query) => query.where('pull_id', '=', pullId ?? ''))
    .execute();
}
