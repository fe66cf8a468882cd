import { type Kysely, sql } from 'kysely';

import type { Database } from '../database.ts';

// Frozen: it made ledgers that exist. Add another migration instead of changing this one.

/** The first tables. */
export async function createLedger(db: Kysely<unknown>, kind: Database['kind']): Promise<void> {
  // Whose order is that of code points, as SQLite's is.
  const sortableText = kind === 'sqlite' ? sql`text` : sql`text collate "C"`;
  const text = 'text';
  const integer = 'bigint';

  // SQLite's holds what one connection stages, and is made anew with each.
  if (kind === 'postgres') {
    await sql`create unlogged table if not exists staged_messages (
      account_id text not null, pull_id text not null, message_id bigint not null, ordinal bigint not null,
      position bigint, timestamp_ms bigint not null, timestamp text not null, text text not null,
      search_text text not null, report_id bigint, report_name text, credits bigint,
      primary key (account_id, pull_id, message_id))`.execute(db);
  }

  await db.schema
    .createTable('accounts')
    .addColumn('account_id', text, (c) => c.primaryKey())
    .addColumn('revision', integer, (c) => c.notNull())
    .addColumn('period_id', integer)
    .addColumn('as_of_ms', integer)
    .addColumn('asked_at_ms', integer, (c) => c.notNull())
    .addColumn('lease_owner', text)
    .addColumn('lease_until_ms', integer, (c) => c.notNull())
    .execute();

  await db.schema
    .createTable('periods')
    .addColumn('account_id', text, (c) => c.notNull())
    .addColumn('period_id', integer, (c) => c.notNull())
    .addColumn('from_ms', integer, (c) => c.notNull())
    .addColumn('to_ms', integer)
    .addColumn('first_message_ms', integer)
    .addColumn('last_message_ms', integer)
    .addColumn('rate_card_version', text, (c) => c.notNull())
    .addColumn('credits', integer, (c) => c.notNull())
    .addColumn('message_count', integer, (c) => c.notNull())
    .addColumn('unpriced_count', integer, (c) => c.notNull())
    .addPrimaryKeyConstraint('periods_key', ['account_id', 'period_id'])
    .execute();

  await db.schema
    .createTable('messages')
    .addColumn('account_id', text, (c) => c.notNull())
    .addColumn('message_id', integer, (c) => c.notNull())
    .addColumn('period_id', integer, (c) => c.notNull())
    .addColumn('position', integer, (c) => c.notNull())
    .addColumn('timestamp_ms', integer, (c) => c.notNull())
    .addColumn('timestamp', text, (c) => c.notNull())
    .addColumn('text', text, (c) => c.notNull())
    .addColumn('search_text', text, (c) => c.notNull())
    .addColumn('report_id', integer)
    .addColumn('report_name', sortableText)
    .addColumn('credits', integer)
    .addPrimaryKeyConstraint('messages_key', ['account_id', 'message_id'])
    .execute();

  // One index for each order in which pages are read; the position makes each order total.
  for (const [name, columns] of Object.entries({
    messages_by_position: ['position'],
    messages_by_timestamp: ['timestamp_ms', 'position'],
    messages_by_credits: ['credits', 'position'],
    messages_by_credits_falling: ['credits desc', 'position'],
    messages_by_report_name: ['report_name', 'position'],
    messages_by_report_name_falling: ['report_name desc', 'position'],
    messages_by_report: ['report_id', 'position'],
  })) {
    await sql`create index ${sql.ref(name)} on messages (account_id, period_id, ${sql.raw(columns.join(', '))})`.execute(
      db,
    );
  }

  await db.schema
    .createTable('message_history')
    .addColumn('account_id', text, (c) => c.notNull())
    .addColumn('message_id', integer, (c) => c.notNull())
    .addColumn('revision', integer, (c) => c.notNull())
    .addColumn('change', text, (c) => c.notNull())
    .addColumn('period_id', integer, (c) => c.notNull())
    .addColumn('timestamp_ms', integer, (c) => c.notNull())
    .addColumn('timestamp', text, (c) => c.notNull())
    .addColumn('text', text, (c) => c.notNull())
    .addColumn('report_id', integer)
    .addColumn('report_name', text)
    .addColumn('credits', integer)
    .addPrimaryKeyConstraint('message_history_key', ['account_id', 'message_id', 'revision'])
    .execute();

  await db.schema
    .createTable('reports')
    .addColumn('account_id', text, (c) => c.notNull())
    .addColumn('period_id', integer, (c) => c.notNull())
    .addColumn('report_id', integer, (c) => c.notNull())
    .addColumn('status', text, (c) => c.notNull())
    .addColumn('name', text)
    .addColumn('credit_cost', integer)
    .addColumn('read_at_ms', integer, (c) => c.notNull())
    .addPrimaryKeyConstraint('reports_key', ['account_id', 'period_id', 'report_id'])
    .execute();

  await db.schema
    .createTable('rate_cards')
    .addColumn('account_id', text, (c) => c.notNull())
    .addColumn('version', text, (c) => c.notNull())
    .addColumn('card', text, (c) => c.notNull())
    .addPrimaryKeyConstraint('rate_cards_key', ['account_id', 'version'])
    .execute();

  await db.schema
    .createTable('usage_slots')
    .addColumn('account_id', text, (c) => c.notNull())
    .addColumn('period_id', integer, (c) => c.notNull())
    .addColumn('slot', integer, (c) => c.notNull())
    .addColumn('credits', integer, (c) => c.notNull())
    .addColumn('message_count', integer, (c) => c.notNull())
    .addColumn('unpriced_count', integer, (c) => c.notNull())
    .addPrimaryKeyConstraint('usage_slots_key', ['account_id', 'period_id', 'slot'])
    .execute();

  await db.schema
    .createTable('usage_reports')
    .addColumn('account_id', text, (c) => c.notNull())
    .addColumn('period_id', integer, (c) => c.notNull())
    .addColumn('has_report', integer, (c) => c.notNull())
    .addColumn('report_id', integer, (c) => c.notNull())
    .addColumn('credits', integer, (c) => c.notNull())
    .addColumn('message_count', integer, (c) => c.notNull())
    .addColumn('unpriced_count', integer, (c) => c.notNull())
    .addPrimaryKeyConstraint('usage_reports_key', ['account_id', 'period_id', 'has_report', 'report_id'])
    .execute();
}
