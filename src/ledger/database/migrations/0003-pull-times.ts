import { type Kysely, sql } from 'kysely';

// Frozen: it made ledgers that exist. Add another migration instead of changing this one.

/** For the time at which an account is to be pulled next; 0: at once. */
export async function addPullTimes(db: Kysely<unknown>): Promise<void> {
  await sql`alter table accounts add column next_pull_at_ms bigint not null default 0`.execute(db);
}
