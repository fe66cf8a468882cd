import { type Kysely, sql } from 'kysely';

// Frozen: it made ledgers that exist. Add another migration instead of changing this one.

/** How many rows of an account's last list could not be read; 0 for lists that were recorded before. */
export async function countSetAside(db: Kysely<unknown>): Promise<void> {
  await sql`alter table accounts add column set_aside_count bigint not null default 0`.execute(db);
}
