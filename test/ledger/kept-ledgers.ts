import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { onTestFinished } from 'vitest';
import { type Database, openSqliteDatabase } from '../../src/ledger/database/database.ts';
import { type TestDatabase, testDatabases } from '../support/databases.ts';

// The ledgers that `main` made at earlier states, as files of SQLite and as dumps of PostgreSQL: `kept/` holds one of
// each for every state that differs in its tables, named after its newest migration. All hold the same usage.
// - `default`: March closed, with late prices, amendments, withdrawals, reports of all kinds and odd texts; April closed,
//   whose card changed; May open. Two of its messages, 108 and 500, were charged what their texts do not explain.
// - `acme`: one open period.
const states = ['0002-asked-accounts'] as const;

/** An old ledger as it was left, not brought up to date yet. */
export interface KeptLedger {
  readonly name: string;
  /** A copy of its own for one test. */
  open(): Promise<Database>;
}

/** Every kept ledger, on both kinds of database. */
export const keptLedgers: readonly KeptLedger[] = states.flatMap((state) =>
  testDatabases.map((testDatabase) => ({
    name: `${state} on ${testDatabase.name}`,
    open: () => (testDatabase.name === 'SQLite' ? openFile(state) : openDump(state, testDatabase)),
  })),
);

/** A copy of a kept file. @returns its path, for as long as the test runs. */
export function copyKeptFile(state: (typeof states)[number] = states[0]): string {
  const folder = mkdtempSync(join(tmpdir(), 'usage-kept-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'usage.db');
  copyFileSync(new URL(`kept/${state}.db`, import.meta.url), path);
  return path;
}

async function openFile(state: (typeof states)[number]): Promise<Database> {
  const path = copyKeptFile(state);
  const database = openSqliteDatabase(path);
  onTestFinished(() => database.close());
  return database;
}

async function openDump(state: string, testDatabase: TestDatabase): Promise<Database> {
  const database = await testDatabase.open();
  onTestFinished(() => database.close());
  const dump = readFileSync(new URL(`kept/${state}.sql`, import.meta.url), 'utf8');
  for (const statement of dump.split(/;\n/)) {
    if (statement.trim() !== '') await sql.raw(statement).execute(database.writes);
  }
  return database;
}
