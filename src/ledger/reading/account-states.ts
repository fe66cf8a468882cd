import type { Database } from '../database/database.ts';
import { ledgerClock } from '../database/ledger-clock.ts';

/** How far an account's usage has come, without the usage itself. */
export interface AccountState {
  readonly account: string;
  readonly revision: number;
  /** How long ago the last whole pull began, in ms by the ledger's clock. Negative after that clock was set back. */
  readonly ageMs: number;
  /** Rows of the last list that could not be read. */
  readonly setAsideCount: number;
}

/** The states of some accounts, in no order; accounts that were never pulled are left out. One statement. */
export async function readAccountStates(
  database: Database,
  accounts: readonly string[],
  now: () => Date,
): Promise<readonly AccountState[]> {
  if (accounts.length === 0) return [];
  const rows = await database.reads
    .selectFrom('accounts')
    .where('account_id', 'in', accounts)
    .where('as_of_ms', 'is not', null)
    .select(['account_id', 'revision', 'as_of_ms', 'set_aside_count'])
    .select(ledgerClock(database, now).as('now_ms'))
    .execute();
  return rows.map((row) => ({
    account: row.account_id,
    revision: row.revision,
    ageMs: row.now_ms - (row.as_of_ms ?? row.now_ms),
    setAsideCount: row.set_aside_count,
  }));
}
