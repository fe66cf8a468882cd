import { sql } from 'kysely';

import type { Database } from '../database/database.ts';
import { ledgerClock } from '../database/ledger-clock.ts';
import { Lease } from './lease.ts';
import { clearStaging } from './staging.ts';

/**
 * Forgets what dead pulls of all accounts left behind, and takes their leases over: a pull that is only slow records
 * nothing then, rather than a part. Housekeeping at a start; no request does it.
 */
export async function clearDeadPulls(database: Database, now: () => Date): Promise<void> {
  const dead = await sql<{ account_id: string }>`
    select account_id from accounts
    where lease_owner is not null and lease_until_ms < ${ledgerClock(database, now)}`.execute(
    database.writes,
  );
  for (const { account_id: account } of dead.rows) {
    const lease = await Lease.take(database, { account, now, formerPullId: null, dueAtMs: null });
    if (lease === null) continue;
    await clearStaging(database, { account });
    await lease.giveBack(null);
  }
}
