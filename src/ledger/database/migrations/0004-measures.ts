import { type Kysely, sql } from 'kysely';

import type { Log } from '../../../telemetry/log.ts';
import type { Database } from '../database.ts';
import { measureOldLedger } from './0004-old-prices.ts';

// Frozen: it made ledgers that exist. Add another migration instead of changing this one.

const tables = ['messages', 'message_history'] as const;

/**
 * Columns for the measure of each text, its SHA-256 and what priced it; the format of each card. The texts that a ledger
 * holds already are measured now, by the measuring code of the day.
 */
export async function addMeasures(
  db: Kysely<unknown>,
  kind: Database['kind'],
  log: Log | null,
): Promise<void> {
  for (const table of tables) {
    for (const column of [
      "text_sha256 text not null default ''",
      'characters integer not null default 0',
      'short_words integer not null default 0',
      'medium_words integer not null default 0',
      'long_words integer not null default 0',
      'third_vowels integer not null default 0',
      'words_are_unique integer not null default 0',
      'is_palindrome integer not null default 0',
      "measure_version text not null default ''",
      'credits_kept integer not null default 0',
    ]) {
      await addColumn(db, table, column);
    }
  }
  await addColumn(db, 'message_history', "rate_card_version text not null default ''");
  await addColumn(db, 'message_history', 'report_cost bigint');
  await addColumn(db, 'rate_cards', 'format integer not null default 1');

  await measureOldLedger(db, kind, log);

  if (kind === 'postgres') {
    // An older instance that still runs beside this one must fail, rather than record rows without their measures.
    await dropDefaults(db);
    await sql`drop table staged_messages`.execute(db);
    await sql`create unlogged table staged_messages (
      account_id text not null, pull_id text not null, message_id bigint not null, ordinal bigint not null,
      position bigint, search_text text not null, timestamp_ms bigint not null, timestamp text not null,
      text text not null, report_id bigint, text_sha256 text not null, characters integer not null,
      short_words integer not null, medium_words integer not null, long_words integer not null,
      third_vowels integer not null, words_are_unique integer not null, is_palindrome integer not null,
      measure_version text not null, report_name text, credits bigint,
      primary key (account_id, pull_id, message_id))`.execute(db);
  }
}

async function addColumn(db: Kysely<unknown>, table: string, column: string): Promise<void> {
  await sql`alter table ${sql.table(table)} add column ${sql.raw(column)}`.execute(db);
}

async function dropDefaults(db: Kysely<unknown>): Promise<void> {
  for (const table of tables) {
    await sql`alter table ${sql.table(table)} alter column text_sha256 drop default,
      alter column characters drop default, alter column short_words drop default,
      alter column medium_words drop default, alter column long_words drop default,
      alter column third_vowels drop default, alter column words_are_unique drop default,
      alter column is_palindrome drop default, alter column measure_version drop default,
      alter column credits_kept drop default`.execute(db);
  }
  await sql`alter table message_history alter column rate_card_version drop default`.execute(db);
  await sql`alter table rate_cards alter column format drop default`.execute(db);
}
