import { type Kysely, sql, type Updateable } from 'kysely';

import type { Database } from '../database/database.ts';
import type { AccountsTable, Tables } from '../database/tables.ts';
import { rebuildSums } from './merge.ts';
import { moveStart } from './open-period.ts';
import { LeaseLost } from './pull.ts';
import type { StagingKey } from './staging.ts';

/** How far an account had come before a transaction of a pull. */
export interface AccountState {
  readonly revision: number;
  /** The open period, null before the first one. */
  readonly periodId: number | null;
}

/** What a transaction did to an account. */
export interface AccountChange<Result> {
  readonly result: Result;
  /** The periods of which anything changed; none: the account is as it was. */
  readonly changedPeriodIds: readonly number[];
  /** What else is to be noted of the account. */
  readonly noted?: Pick<
    Updateable<AccountsTable>,
    'as_of_ms' | 'list_digest' | 'period_id' | 'set_aside_count'
  >;
}

/**
 * The one way in which an account changes: locks it, lets `change` do its work, makes the sums of the changed periods
 * anew, and raises the revision by one where there are any. Call it inside a transaction.
 * @throws LeaseLost, or what `change` throws
 */
export async function changeAccount<Result extends object>(
  trx: Kysely<Tables>,
  database: Database,
  key: StagingKey,
  change: (state: AccountState) => Promise<AccountChange<Result>>,
): Promise<Result & { readonly revision: number }> {
  const { account } = key;
  await database.prepareMerge(trx);
  const state = await lockAccount(trx, database, key);
  const { result, changedPeriodIds, noted = {} } = await change(state);
  for (const periodId of changedPeriodIds) {
    await rebuildSums(trx, { account, periodId });
    await moveStart(trx, { account, periodId });
  }
  const revision = changedPeriodIds.length > 0 ? state.revision + 1 : state.revision;
  await trx
    .updateTable('accounts')
    .set({ ...noted, revision })
    .where('account_id', '=', account)
    .execute();
  return { ...result, revision };
}

/** Locks a pull's account until the transaction ends. @throws LeaseLost */
async function lockAccount(
  trx: Kysely<Tables>,
  { forUpdate }: Database,
  { account, pullId }: StagingKey,
): Promise<AccountState> {
  const locked = await sql<{ revision: number; period_id: number | null; lease_owner: string | null }>`
    select revision, period_id, lease_owner from accounts where account_id = ${account} ${forUpdate}`.execute(
    trx,
  );
  const row = locked.rows[0];
  if (row === undefined || row.lease_owner !== pullId) throw new LeaseLost({ account });
  return { revision: row.revision, periodId: row.period_id };
}
