import { type Kysely, sql } from 'kysely';

import { nameKey } from '../../keys/name-key.ts';
import { searchKey } from '../../keys/search-key.ts';
import type { Database } from '../database.ts';

// Frozen but for the keys themselves, which must be those that the ledger reads by.

/** Texts are keyed so many at a time: each may be a megabyte long. */
const batchSize = 100;

/** Search keys without case or Unicode form, and keys by which the names of reports sort as people sort them. */
export async function keyTexts(db: Kysely<unknown>, kind: Database['kind']): Promise<void> {
  const collation = sql.raw(kind === 'postgres' ? 'collate "C"' : '');
  await sql`alter table messages add column report_name_key text ${collation}`.execute(db);
  if (kind === 'postgres') {
    await sql`delete from staged_messages`.execute(db);
    await sql`alter table staged_messages add column report_name_key text`.execute(db);
  }
  await keyNames(db, kind);
  await sql`drop index messages_by_report_name`.execute(db);
  await sql`drop index messages_by_report_name_falling`.execute(db);
  await sql`create index messages_by_report_name on messages (account_id, period_id, report_name_key, position)`.execute(
    db,
  );
  await sql`create index messages_by_report_name_falling on messages (account_id, period_id, report_name_key desc, position)`.execute(
    db,
  );
  await keySearchTexts(db, kind);
}

async function keyNames(db: Kysely<unknown>, kind: Database['kind']): Promise<void> {
  const names = await sql<{ name: string }>`
    select distinct report_name as name from messages where report_name is not null`.execute(db);
  for (let start = 0; start < names.rows.length; start += batchSize) {
    const keys = names.rows.slice(start, start + batchSize).map(({ name }) => ({ name, key: nameKey(name) }));
    const given =
      kind === 'sqlite'
        ? sql`(select value ->> '$.name' as name, value ->> '$.key' as key from json_each(${JSON.stringify(keys)}))`
        : sql`(select name, key from json_to_recordset(${JSON.stringify(keys)}::json) as listed(name text, key text))`;
    await sql`
      update messages set report_name_key = given.key from ${given} as given
      where messages.report_name = given.name`.execute(db);
  }
}

interface TextRow {
  readonly account_id: string;
  readonly message_id: number;
  readonly text: string;
}

/** ASCII texts have the keys already that they had before. */
async function keySearchTexts(db: Kysely<unknown>, kind: Database['kind']): Promise<void> {
  let after: Pick<TextRow, 'account_id' | 'message_id'> = {
    account_id: '',
    message_id: Number.MIN_SAFE_INTEGER,
  };
  for (;;) {
    const { rows } = await sql<TextRow>`
      select account_id, message_id, text from messages
      where (account_id, message_id) > (${after.account_id}, ${after.message_id}) and octet_length(text) <> length(text)
      order by account_id, message_id limit ${sql.lit(batchSize)}`.execute(db);
    const last = rows.at(-1);
    if (last === undefined) return;
    const keys = rows.map(({ account_id, message_id, text }) => ({
      account_id,
      message_id,
      key: searchKey(text),
    }));
    const given =
      kind === 'sqlite'
        ? sql`(select value ->> '$.account_id' as account_id, cast(value ->> '$.message_id' as bigint) as message_id,
            value ->> '$.key' as key from json_each(${JSON.stringify(keys)}))`
        : sql`(select account_id, message_id, key from json_to_recordset(${JSON.stringify(keys)}::json)
            as listed(account_id text, message_id bigint, key text))`;
    await sql`
      update messages as m set search_text = given.key from ${given} as given
      where m.account_id = given.account_id and m.message_id = given.message_id`.execute(db);
    after = last;
  }
}
