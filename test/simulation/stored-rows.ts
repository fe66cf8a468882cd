import { sql } from 'kysely';
import type { Database } from '../../src/ledger/database/database.ts';

/** The tables that hold what an account was charged and why. */
const tables = {
  periods: 'period_id',
  messages: 'period_id, position',
  message_history: 'period_id, revision, message_id',
  reports: 'period_id, report_id',
  usage_sums: 'period_id, slot, has_report, report_id',
} as const;

/** Stored rows by table, without the account's name. */
export type StoredRows = Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;

/** Every stored row of an account. */
export async function readStoredRows({ reads }: Database, account: string): Promise<StoredRows> {
  const entries: [string, StoredRows[string]][] = [];
  for (const [table, order] of Object.entries(tables)) {
    const { rows } = await sql<Record<string, unknown>>`
      select * from ${sql.table(table)} where account_id = ${account} order by ${sql.raw(order)}`.execute(
      reads,
    );
    entries.push([table, rows.map((row) => leaveOut(row, 'account_id'))]);
  }
  return Object.fromEntries(entries);
}

/** Rows without what depends on the way that led to them: places, history, and reports that nothing names any more. */
export function dropTheWay({ message_history: _h, reports: _r, ...rows }: StoredRows): StoredRows {
  const entries = Object.entries(rows).map(([table, ofTable]) => {
    const stripped = ofTable.map((row) => JSON.stringify(leaveOut(row, 'position')));
    return [table, stripped.toSorted().map((row) => ({ row }))] as const;
  });
  return Object.fromEntries(entries);
}

/** The accounts that have any row whose name begins so. */
export async function readAccounts({ reads }: Database, prefix: string): Promise<readonly string[]> {
  const accounts = new Set<string>();
  for (const table of [...Object.keys(tables), 'accounts', 'rate_cards']) {
    const { rows } = await sql<{ account_id: string }>`
      select distinct account_id from ${sql.table(table)} where account_id like ${`${prefix}%`}`.execute(
      reads,
    );
    for (const row of rows) accounts.add(row.account_id);
  }
  return [...accounts].toSorted();
}

function leaveOut(row: Readonly<Record<string, unknown>>, column: string): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(row).filter(([name]) => name !== column));
}
