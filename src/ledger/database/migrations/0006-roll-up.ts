import { type Kysely, sql } from 'kysely';

import type { Database } from '../database.ts';

// Frozen: it made ledgers that exist. Add another migration instead of changing this one.

/** One table of sums by slot and report in the place of two, filled from the messages. */
export async function addRollUp(db: Kysely<unknown>, kind: Database['kind']): Promise<void> {
  await sql`create table usage_sums (
    account_id text not null, period_id bigint not null, slot bigint not null, has_report integer not null,
    report_id bigint not null, credits bigint not null, message_count bigint not null, unpriced_count bigint not null,
    primary key (account_id, period_id, slot, has_report, report_id))
    ${sql.raw(kind === 'sqlite' ? 'without rowid' : '')}`.execute(db);
  await sql`
    insert into usage_sums (account_id, period_id, slot, has_report, report_id, credits, message_count, unpriced_count)
    select account_id, period_id, (timestamp_ms - ((timestamp_ms % 900000) + 900000) % 900000) / 900000,
      case when report_name is null and credits is not null then 0 else 1 end,
      case when report_name is null and credits is not null then 0 else report_id end,
      cast(coalesce(sum(credits), 0) as bigint), count(*), count(*) - count(credits)
    from messages group by 1, 2, 3, 4, 5`.execute(db);
  await sql`drop table usage_slots`.execute(db);
  await sql`drop table usage_reports`.execute(db);
}
