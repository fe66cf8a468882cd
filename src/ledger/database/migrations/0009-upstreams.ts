import { type Kysely, sql } from 'kysely';

// Frozen: it made ledgers that exist. Add another migration instead of changing this one.

/** Which upstreams each account was ever pulled from; nothing is known of pulls before. */
export async function addUpstreams(db: Kysely<unknown>): Promise<void> {
  await sql`create table account_upstreams (
    account_id text not null,
    upstream text not null,
    first_pulled_at_ms bigint not null,
    primary key (account_id, upstream)
  )`.execute(db);
}
