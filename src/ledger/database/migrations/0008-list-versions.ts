import { type Kysely, sql } from 'kysely';

// Frozen: it made ledgers that exist. Add another migration instead of changing this one.

/** For what tells that a list has not changed. */
export async function addListVersions(db: Kysely<unknown>): Promise<void> {
  for (const column of [
    'list_digest text',
    'list_etag text',
    'list_last_modified text',
    'list_read_at_ms bigint',
    'list_read_by text',
    'report_due_at_ms bigint',
  ]) {
    await sql`alter table accounts add column ${sql.raw(column)}`.execute(db);
  }
}
