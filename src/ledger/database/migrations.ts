import { type Kysely, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';

import type { Database } from './database.ts';
import { createStagingTable } from '../recording/staging.ts';

/**
 * Brings the tables up to date. Safe when several instances start at once: one migrates, the others wait.
 * @throws the first migration's error; what it did is rolled back.
 */
export async function migrate(database: Database): Promise<void> {
  // In order, by name. A migration that was released is never changed: add another.
  const migrations: Record<string, Migration> = {
    '0001-ledger': { up: (db) => createLedger(db, database) },
    '0002-asked-accounts': { up: indexAskedAccounts },
    '0003-pull-times': { up: addPullTimes },
  };
  const migrator = new Migrator({ db: database.writes, provider: { getMigrations: async () => migrations } });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
}

async function createLedger(db: Kysely<unknown>, database: Database): Promise<void> {
  const { sortableText } = database;
  const text = 'text';
  const integer = 'bigint';

  // Under the migrator's lock: PostgreSQL's "if not exists" fails when two instances make a table at once.
  await createStagingTable(db, database);

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

/** For the statement that finds the accounts asked for most recently, without a look at the others. */
async function indexAskedAccounts(db: Kysely<unknown>): Promise<void> {
  await sql`create index accounts_by_asked on accounts (asked_at_ms desc, account_id)`.execute(db);
}

/** For the time at which an account is to be pulled next; 0: at once. */
async function addPullTimes(db: Kysely<unknown>): Promise<void> {
  await sql`alter table accounts add column next_pull_at_ms bigint not null default 0`.execute(db);
}
