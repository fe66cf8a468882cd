import { hash } from 'node:crypto';

import { type Kysely, sql } from 'kysely';

import { measureVersion } from '../../billing/text-measure.ts';
import type { Database } from '../database/database.ts';
import {
  type ColumnType,
  keyColumnNames,
  keyColumns,
  messageColumnNames,
  messageColumns,
  type MessageRow,
  toMeasureRow,
} from '../database/message-columns.ts';
import { nameKey } from '../keys/name-key.ts';
import { searchKey } from '../keys/search-key.ts';
import type { PricedMessage } from './pull.ts';
import type { Tables } from '../database/tables.ts';

const columns = { ...keyColumns, ...messageColumns };
const columnNames = [...keyColumnNames, ...messageColumnNames];

/** What a pull gives of a message; `position` is found later. */
const givenColumns: Readonly<Record<string, ColumnType>> = {
  message_id: 'bigint',
  ordinal: 'bigint',
  ...Object.fromEntries(columnNames.map((name) => [name, columns[name].type])),
};

/**
 * Makes SQLite's table for snapshots on their way in: it belongs to the connection, and is gone with it. PostgreSQL's is
 * a table like any other, which migrations make.
 */
export async function prepareStaging({ kind, writes }: Pick<Database, 'kind' | 'writes'>): Promise<void> {
  if (kind !== 'sqlite') return;
  const definitions = columnNames.map((name) => {
    const { type, nullable } = columns[name];
    return `${name} ${type}${nullable ? '' : ' not null'}`;
  });
  await sql`create temp table if not exists staged_messages (
    account_id text not null, pull_id text not null, message_id bigint not null, ordinal bigint not null,
    position bigint, ${sql.raw(definitions.join(', '))},
    primary key (account_id, pull_id, message_id))`.execute(writes);
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
    search_text: searchKey(message.text),
    report_name_key: message.reportName === null ? null : nameKey(message.reportName),
    ...toMessageRow(message),
  }));
  const names = sql.raw(Object.keys(givenColumns).join(', '));
  const inserted = await sql<{ ordinal: number }>`
    insert into staged_messages (account_id, pull_id, ${names})
    select ${account}, ${pullId}, ${names} from ${database.rowsOf('given', givenColumns, rows)} where true
    on conflict do nothing returning ordinal`.execute(database.writes);
  const addedCount = inserted.rows.length;
  if (addedCount === rows.length) return { addedCount, conflictingIds: [] };

  const taken = new Set(inserted.rows.map((row) => row.ordinal));
  const repeated = rows.filter((row) => !taken.has(row.ordinal));
  const differing = await sql<{ message_id: number }>`
    select distinct given.message_id from ${database.rowsOf('given', givenColumns, repeated)}
    join staged_messages s on s.message_id = given.message_id
    where s.account_id = ${account} and s.pull_id = ${pullId}
      and (s.timestamp <> given.timestamp or s.text <> given.text or s.report_id is distinct from given.report_id)
    order by 1`.execute(database.writes);
  return { addedCount, conflictingIds: differing.rows.map((row) => row.message_id) };
}

function toMessageRow(message: PricedMessage): MessageRow {
  return {
    timestamp_ms: message.timestampMs,
    timestamp: message.timestamp,
    text: message.text,
    report_id: message.reportId,
    text_sha256: hash('sha256', message.text, 'hex'),
    ...toMeasureRow(message.measure),
    measure_version: measureVersion,
    report_name: message.reportName,
    credits: message.credits?.units ?? null,
  };
}

/** What a pull staged, as a whole. */
export interface StagedSpan {
  readonly count: number;
  /** The earliest and the latest timestamp; null when nothing was staged. */
  readonly firstMs: number | null;
  readonly lastMs: number | null;
  /** Whether any of it is in the open period. */
  readonly sharesOpen: boolean;
}

/** Looks over what a pull staged. @param openPeriodId null while there is no open period. */
export async function readStagedSpan(
  trx: Kysely<Tables>,
  { account, pullId }: StagingKey,
  openPeriodId: number | null,
): Promise<StagedSpan> {
  const span = await sql<{
    count: number;
    first_ms: number | null;
    last_ms: number | null;
    shared: number;
  }>`
    select cast(count(*) as bigint) as count, min(timestamp_ms) as first_ms, max(timestamp_ms) as last_ms,
      cast(case when exists (
        select 1 from staged_messages s
        join messages m on m.account_id = s.account_id and m.message_id = s.message_id
        where s.account_id = ${account} and s.pull_id = ${pullId}
          and m.period_id = cast(${openPeriodId} as bigint)
      ) then 1 else 0 end as bigint) as shared
    from staged_messages where account_id = ${account} and pull_id = ${pullId}`.execute(trx);
  const row = span.rows[0];
  return {
    count: row?.count ?? 0,
    firstMs: row?.first_ms ?? null,
    lastMs: row?.last_ms ?? null,
    sharesOpen: row?.shared === 1,
  };
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
