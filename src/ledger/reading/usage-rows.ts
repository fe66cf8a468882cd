import { type RawBuilder, sql } from 'kysely';

import type { Database } from '../database/database.ts';
import { filterConditions, type MessageFilter } from './message-filter.ts';
import { hasReport, slotMs, slotOf } from './slots.ts';

/** Which messages of which period to sum up. */
export interface SumQuery {
  readonly account: string;
  /** Null: of all periods. */
  readonly periodId: number | null;
  readonly filter: MessageFilter;
}

/** What sums are read from: rows of `slot`, `period_id`, `has_report`, `report_id` and the three sums. */
export interface UsageRows {
  readonly rows: RawBuilder<unknown>;
  /** Whether the roll-up answers, so that no more than a quarter of an hour's messages are looked at. */
  readonly isRolledUp: boolean;
}

/**
 * The usage that a query lets through, as rows to sum up. The roll-up gives all but what a filter on the text or the
 * price asks for: whole slots from it, and the rest of the two slots at the ends of a span from the messages.
 * @param lengthMs of the slots that the rows name; shorter ones than the roll-up's come from the messages.
 */
export function usageRows(database: Database, query: SumQuery, lengthMs: number): UsageRows {
  const { fromMs, toMs, text, minCredits, maxCredits } = query.filter;
  const isRolledUp = lengthMs % slotMs === 0 && text === null && minCredits === null && maxCredits === null;
  if (!isRolledUp) return { rows: messageRows(database, query, lengthMs), isRolledUp };

  const firstSlot = fromMs === null ? null : Math.ceil(fromMs / slotMs);
  const endSlot = toMs === null ? null : Math.floor(toMs / slotMs);
  const between = (part: Pick<MessageFilter, 'fromMs' | 'toMs'>): RawBuilder<unknown> =>
    messageRows(database, { ...query, filter: { ...query.filter, ...part } }, lengthMs);
  // The whole span lies within one slot.
  if (firstSlot !== null && endSlot !== null && firstSlot > endSlot)
    return { rows: between({ fromMs, toMs }), isRolledUp };

  const parts = [slotRows(query, { firstSlot, endSlot, lengthMs })];
  if (fromMs !== null && firstSlot !== null && firstSlot * slotMs > fromMs) {
    parts.push(between({ fromMs, toMs: firstSlot * slotMs }));
  }
  if (toMs !== null && endSlot !== null && endSlot * slotMs < toMs) {
    parts.push(between({ fromMs: endSlot * slotMs, toMs }));
  }
  return { rows: sql.join(parts, sql` union all `), isRolledUp };
}

function slotRows(
  query: SumQuery,
  {
    firstSlot,
    endSlot,
    lengthMs,
  }: { readonly firstSlot: number | null; readonly endSlot: number | null; readonly lengthMs: number },
): RawBuilder<unknown> {
  const { reportIds, hasReport: hasReportOnly } = query.filter;
  const conditions = [sql`account_id = ${query.account}`, ofPeriods(query)];
  if (firstSlot !== null) conditions.push(sql`slot >= ${firstSlot}`);
  if (endSlot !== null) conditions.push(sql`slot < ${endSlot}`);
  if (hasReportOnly !== null) conditions.push(sql`has_report = ${hasReportOnly ? 1 : 0}`);
  if (reportIds !== null) {
    conditions.push(sql`has_report = 1`);
    conditions.push(reportIds.length === 0 ? sql`1 = 0` : sql`report_id in (${sql.join(reportIds)})`);
  }
  return sql`
    select ${slotOf('slot', lengthMs / slotMs)} as slot, period_id, has_report, report_id, credits, message_count,
      unpriced_count
    from usage_sums where ${sql.join(conditions, sql` and `)}`;
}

function messageRows({ kind, reads }: Database, query: SumQuery, lengthMs: number): RawBuilder<unknown> {
  // Kysely writes the conditions; the rows are the same in every part of a union.
  const select = reads
    .selectFrom('messages')
    .where('account_id', '=', query.account)
    .where(() => ofPeriods(query))
    .where((eb) => eb.and(filterConditions(eb, query.filter, { kind })))
    .select([
      slotOf('timestamp_ms', lengthMs).as('slot'),
      'period_id',
      hasReport.as('has_report'),
      sql<number>`case when ${hasReport} = 1 then report_id else 0 end`.as('report_id'),
      'credits',
      sql<number>`1`.as('message_count'),
      sql<number>`case when credits is null then 1 else 0 end`.as('unpriced_count'),
    ]);
  // Kysely puts parentheses around it, which SQLite takes after `from` alone.
  return sql`select * from ${select} as m`;
}

/** The one period, or those that have messages in the span: each has an index of its own. */
function ofPeriods({ account, periodId, filter: { fromMs, toMs } }: SumQuery): RawBuilder<boolean> {
  if (periodId !== null) return sql`period_id = ${periodId}`;
  const conditions = [sql`p.account_id = ${account}`];
  if (fromMs !== null) conditions.push(sql`p.last_message_ms >= ${fromMs}`);
  if (toMs !== null) conditions.push(sql`p.first_message_ms < ${toMs}`);
  return sql`period_id in (select p.period_id from periods p where ${sql.join(conditions, sql` and `)})`;
}
