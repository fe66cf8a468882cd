import { type Kysely, sql } from 'kysely';

import type { Message } from '../../billing/message.ts';
import type { Database } from '../database/database.ts';
import type { Tables } from '../database/tables.ts';
import type { PeriodKey } from './open-period.ts';
import type { StagingKey } from './staging.ts';

/** Messages read at a time: at most so many, and no more once their texts take so many bytes. */
const batch = { messages: 1_000, bytes: 4 * 1024 * 1024 };
const idsAtOnce = 5_000;

/**
 * The open period that a staged list is of: they share a message, be it one whose row could not be read.
 * @returns null when there is no open period, or none of its messages is in the list.
 */
export async function findListedPeriod(
  { writes, rowsOf }: Database,
  { account, pullId }: StagingKey,
  unreadableIds: ReadonlySet<number>,
): Promise<PeriodKey | null> {
  const open = await sql<{ period_id: number; shared: number }>`
    select a.period_id, cast(case when exists (
      select 1 from staged_messages s
      join messages m on m.account_id = s.account_id and m.message_id = s.message_id
      where s.account_id = ${account} and s.pull_id = ${pullId} and m.period_id = a.period_id
    ) then 1 else 0 end as bigint) as shared
    from accounts a where a.account_id = ${account} and a.period_id is not null`.execute(writes);
  const row = open.rows[0];
  if (row === undefined) return null;
  const period: PeriodKey = { account, periodId: row.period_id };
  if (row.shared === 1) return period;
  const ids = [...unreadableIds];
  for (let start = 0; start < ids.length; start += idsAtOnce) {
    const some = ids.slice(start, start + idsAtOnce).map((id) => ({ message_id: id }));
    const found = await sql`
      select 1 from ${rowsOf('given', { message_id: 'bigint' }, some)}
      join messages m on m.message_id = given.message_id
      where m.account_id = ${account} and m.period_id = ${period.periodId} limit 1`.execute(writes);
    if (found.rows.length > 0) return period;
  }
  return null;
}

/** The messages of a period that were not staged, in the upstream's order, as the upstream told them last. */
export async function* readMissing(
  { writes }: Database,
  { account, periodId, pullId }: PeriodKey & StagingKey,
): AsyncGenerator<readonly Message[], void, undefined> {
  for (let afterPosition = Number.MIN_SAFE_INTEGER; ;) {
    const sizes = await sql<{ position: number; bytes: number }>`
      select m.position, octet_length(m.text) as bytes from messages m
      where m.account_id = ${account} and m.period_id = ${periodId} and m.position > ${afterPosition}
        and not exists (select 1 from staged_messages s
          where s.account_id = ${account} and s.pull_id = ${pullId} and s.message_id = m.message_id)
      order by m.position limit ${sql.lit(batch.messages)}`.execute(writes);
    for (const positions of cutIntoBatches(sizes.rows)) {
      const rows = await writes
        .selectFrom('messages')
        .where('account_id', '=', account)
        .where('period_id', '=', periodId)
        .where('position', 'in', positions)
        .select(['message_id', 'timestamp_ms', 'timestamp', 'text', 'report_id'])
        .orderBy('position')
        .execute();
      yield rows.map((row) => ({
        id: row.message_id,
        timestampMs: row.timestamp_ms,
        timestamp: row.timestamp,
        text: row.text,
        reportId: row.report_id,
      }));
    }
    const last = sizes.rows.at(-1);
    if (last === undefined || sizes.rows.length < batch.messages) return;
    afterPosition = last.position;
  }
}

/**
 * Puts the messages that were staged from an ordinal on, which the list lacks, each behind the one that stands before it
 * in the ledger.
 */
export async function placeMissing(
  trx: Kysely<Tables>,
  { account, periodId, pullId }: PeriodKey & StagingKey,
  firstMissingOrdinal: number,
): Promise<void> {
  const isListed = sql`s.ordinal < ${sql.lit(firstMissingOrdinal)}`;
  await sql`
    update staged_messages set ordinal = placed.ordinal
    from (
      select message_id, row_number() over (order by behind, is_listed desc, position) - 1 as ordinal
      from (
        select message_id, position, is_listed, case when is_listed = 1 then ordinal
          else coalesce(max(case when is_listed = 1 then ordinal end) over (partition by run), -1) end as behind
        from (
          select s.message_id, s.ordinal, m.position, case when ${isListed} then 1 else 0 end as is_listed,
            case when m.position is not null
              then count(case when ${isListed} then m.position end) over (order by m.position) else -1 end as run
          from staged_messages s
          left join messages m on m.account_id = s.account_id and m.message_id = s.message_id
            and m.period_id = ${periodId}
          where s.account_id = ${account} and s.pull_id = ${pullId}
        ) as known
      ) as runs
    ) as placed
    where staged_messages.account_id = ${account} and staged_messages.pull_id = ${pullId}
      and staged_messages.message_id = placed.message_id`.execute(trx);
}

/** The positions of a page, cut so that each part fits into memory. */
function cutIntoBatches(
  sizes: readonly { readonly position: number; readonly bytes: number }[],
): readonly (readonly number[])[] {
  const batches: number[][] = [];
  let bytes = Infinity;
  for (const { position, bytes: own } of sizes) {
    if (bytes + own > batch.bytes) {
      batches.push([]);
      bytes = 0;
    }
    batches.at(-1)?.push(position);
    bytes += own;
  }
  return batches;
}
