import { type Kysely, sql } from 'kysely';

import type { Database } from '../database/database.ts';
import { LeaseLost } from './pull.ts';
import type { StagingKey } from './staging.ts';
import type { Tables } from '../database/tables.ts';

/** How far an account had come before a transaction of a pull. */
export interface AccountState {
  readonly revision: number;
  /** The open period, null before the first one. */
  readonly periodId: number | null;
}

/** Locks a pull's account until the transaction ends. @throws LeaseLost */
export async function lockAccount(
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
