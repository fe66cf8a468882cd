import { type Kysely, sql } from 'kysely';

import type { Tables } from '../database/tables.ts';
import type { PeriodKey } from './open-period.ts';
import { InexactSum } from './snapshot-refused.ts';

/**
 * Makes sure that a period's messages can be added up exactly, before they are: in SQL, a sum beyond a bigint is an error
 * of its own. @throws InexactSum
 */
export async function checkExactSum(trx: Kysely<Tables>, { account, periodId }: PeriodKey): Promise<void> {
  // As doubles (SQLite) or decimals (PostgreSQL) they add up exactly to 2^53, and go on from there without a fault.
  const { rows } = await sql<{ is_beyond: number }>`
    select case when sum(credits * 1.0) > ${sql.lit(Number.MAX_SAFE_INTEGER)} then 1 else 0 end as is_beyond
    from messages where account_id = ${account} and period_id = ${periodId}`.execute(trx);
  if (rows[0]?.is_beyond === 1) throw new InexactSum({ account, periodId });
}
