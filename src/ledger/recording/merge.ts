import { type Kysely, type RawBuilder, sql } from 'kysely';

import { checkExactSum } from './exact-sum.ts';
import type { PeriodKey } from './open-period.ts';
import { keyColumnNames, messageColumnNames } from '../database/message-columns.ts';
import { hasReport, slotOf } from '../reading/slots.ts';
import type { StagingKey } from './staging.ts';
import type { Tables } from '../database/tables.ts';

// Each statement works on a whole snapshot at once, so that a pull's length does not multiply round trips.

/** Where a merge works: a staged snapshot and the open period that takes it in. */
export interface MergeScope extends StagingKey, PeriodKey {
  /** The account's revision once this pull is recorded. */
  readonly revision: number;
}

const keyNames = sql.raw(keyColumnNames.join(', '));
const messageNames = sql.raw(messageColumnNames.join(', '));
const contentDiffers = sql.raw(
  's.timestamp <> m.timestamp or s.text <> m.text or s.report_id is distinct from m.report_id',
);
const priceDiffers = sql.raw(
  's.credits is distinct from m.credits or s.report_name is distinct from m.report_name',
);

/** Takes messages out of the snapshot that a closed period has counted already. @returns their ids. */
export async function removeClosed(
  trx: Kysely<Tables>,
  { account, pullId }: StagingKey,
  openPeriodId: number | null,
): Promise<readonly number[]> {
  // Before the first period, or in it, none is closed.
  if (openPeriodId === null || openPeriodId === 1) return [];
  const removed = await sql<{ message_id: number }>`
    delete from staged_messages where account_id = ${account} and pull_id = ${pullId} and message_id in (
      select s.message_id from staged_messages s
      join messages m on m.account_id = s.account_id and m.message_id = s.message_id
      where s.account_id = ${account} and s.pull_id = ${pullId} and m.period_id <> ${openPeriodId})
    returning message_id`.execute(trx);
  return removed.rows.map((row) => row.message_id).toSorted((a, b) => a - b);
}

/** Same id, other content: keeps the old row and takes the new content. @returns how many. */
export async function amendChanged(trx: Kysely<Tables>, scope: MergeScope): Promise<number> {
  const { account, pullId } = scope;
  await keepHistory(
    trx,
    scope,
    'amended',
    sql`join staged_messages s on s.account_id = m.account_id and s.message_id = m.message_id
      and s.account_id = ${account} and s.pull_id = ${pullId} where (${contentDiffers})`,
  );
  const columns = takeOver([...keyColumnNames, ...messageColumnNames]);
  return update(trx, scope, [...columns, 'credits_kept = 0'], contentDiffers);
}

/** Same content, other price or name: the report or the rate card changed. @returns how many. */
export async function repriceChanged(trx: Kysely<Tables>, scope: MergeScope): Promise<number> {
  const which = sql`m.credits_kept = 0 and (${priceDiffers})`;
  return update(trx, scope, takeOver(['report_name', 'report_name_key', 'credits']), which);
}

/** Moves messages whose place in the upstream's order changed. @returns how many. */
export async function moveChanged(trx: Kysely<Tables>, scope: MergeScope): Promise<number> {
  return update(trx, scope, [], sql`s.position <> m.position`);
}

function takeOver(columns: readonly string[]): readonly string[] {
  return columns.map((name) => `${name} = s.${name}`);
}

async function update(
  trx: Kysely<Tables>,
  { account, pullId, periodId }: MergeScope,
  assignments: readonly string[],
  which: RawBuilder<unknown>,
): Promise<number> {
  const all = sql.raw(['position = coalesce(s.position, m.position)', ...assignments].join(', '));
  const result = await sql`
    update messages as m set ${all}
    from staged_messages s
    where s.account_id = ${account} and s.pull_id = ${pullId}
      and m.account_id = ${account} and m.message_id = s.message_id and m.period_id = ${periodId}
      and (${which})`.execute(trx);
  return Number(result.numAffectedRows ?? 0);
}

/** Records messages that were never seen. @returns how many. */
export async function insertNew(
  trx: Kysely<Tables>,
  { account, pullId, periodId }: MergeScope,
): Promise<number> {
  const result = await sql`
    insert into messages (account_id, message_id, period_id, position, credits_kept, ${keyNames}, ${messageNames})
    select account_id, message_id, cast(${periodId} as bigint), position, 0, ${keyNames}, ${messageNames}
    from staged_messages s
    where s.account_id = ${account} and s.pull_id = ${pullId} and not exists (
      select 1 from messages m where m.account_id = ${account} and m.message_id = s.message_id)
    order by s.message_id`.execute(trx);
  return Number(result.numAffectedRows ?? 0);
}

/** What the snapshot no longer holds: counts no more, and is kept in the history. @returns how many. */
export async function withdrawMissing(trx: Kysely<Tables>, scope: MergeScope): Promise<number> {
  const { account, pullId, periodId } = scope;
  const missing = sql`not exists (select 1 from staged_messages s
    where s.account_id = ${account} and s.pull_id = ${pullId} and s.message_id = m.message_id)`;
  await keepHistory(trx, scope, 'withdrawn', sql`where ${missing}`);
  const result = await sql`
    delete from messages as m
    where m.account_id = ${account} and m.period_id = ${periodId} and ${missing}`.execute(trx);
  return Number(result.numAffectedRows ?? 0);
}

async function keepHistory(
  trx: Kysely<Tables>,
  { account, periodId, revision }: MergeScope,
  change: 'amended' | 'withdrawn',
  which: RawBuilder<unknown>,
): Promise<void> {
  const names = sql.raw(messageColumnNames.map((name) => `m.${name}`).join(', '));
  // What priced it stands until this pull is recorded.
  await sql`
    insert into message_history (account_id, message_id, revision, change, period_id, rate_card_version, report_cost,
      credits_kept, ${messageNames})
    select m.account_id, m.message_id, cast(${revision} as bigint), ${change}, m.period_id,
      (select rate_card_version from periods where account_id = ${account} and period_id = ${periodId}),
      case when m.report_name is not null then (
        select credit_cost from reports r
        where r.account_id = ${account} and r.period_id = ${periodId} and r.report_id = m.report_id) end,
      m.credits_kept, ${names}
    from messages m ${which} and m.account_id = ${account} and m.period_id = ${periodId}`.execute(trx);
}

/**
 * Rebuilds the sums of a period from its messages, and the timestamps of the first and the last of them.
 * @throws InexactSum
 */
export async function rebuildSums(trx: Kysely<Tables>, { account, periodId }: PeriodKey): Promise<void> {
  await checkExactSum(trx, { account, periodId });
  const ofPeriod = sql`account_id = ${account} and period_id = ${periodId}`;
  await sql`delete from usage_sums where ${ofPeriod}`.execute(trx);
  await sql`
    insert into usage_sums (account_id, period_id, slot, has_report, report_id, credits, message_count, unpriced_count)
    select account_id, period_id, ${slotOf('timestamp_ms')}, ${hasReport}, case when ${hasReport} = 1 then report_id else 0 end,
      cast(coalesce(sum(credits), 0) as bigint), count(*), count(*) - count(credits)
    from messages where ${ofPeriod} group by 1, 2, 3, 4, 5`.execute(trx);
  await sql`
    update periods set credits = total.credits, message_count = total.message_count,
      unpriced_count = total.unpriced_count,
      first_message_ms = (select min(timestamp_ms) from messages where ${ofPeriod}),
      last_message_ms = (select max(timestamp_ms) from messages where ${ofPeriod})
    from (
      select cast(coalesce(sum(credits), 0) as bigint) as credits,
        cast(coalesce(sum(message_count), 0) as bigint) as message_count,
        cast(coalesce(sum(unpriced_count), 0) as bigint) as unpriced_count
      from usage_sums where ${ofPeriod}
    ) as total
    where periods.account_id = ${account} and periods.period_id = ${periodId}`.execute(trx);
}
