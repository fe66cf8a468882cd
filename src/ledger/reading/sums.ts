import { type AliasableExpression, type ExpressionBuilder, sql } from 'kysely';

import { Credits } from '../../billing/credits.ts';
import type { Report } from '../../billing/report.ts';
import type { Database } from '../database/database.ts';
import type { Tables } from '../database/tables.ts';
import { filterConditions, isUnfiltered, type MessageFilter } from './message-filter.ts';
import { slotMs, slotOf } from './slots.ts';

/** What a set of messages comes to. */
export interface UsageTotals {
  /** Of the priced messages. */
  readonly creditsUsed: Credits;
  readonly messageCount: number;
  /** Above 0: `creditsUsed` is incomplete. */
  readonly unpricedCount: number;
}

/** The totals of one quarter of an hour. */
export interface SlotTotals {
  /** Epoch milliseconds. */
  readonly fromMs: number;
  readonly totals: UsageTotals;
}

/** The totals of one report's messages; null holds all messages without a readable report. */
export interface ReportTotals {
  readonly report: Report | null;
  /** What each of its messages cost; null without a report, and where several costs meet. */
  readonly creditCost: Credits | null;
  readonly totals: UsageTotals;
}

/** Which messages of which period to sum up. */
export interface SumQuery {
  readonly account: string;
  /** Null: of all periods. */
  readonly periodId: number | null;
  readonly filter: MessageFilter;
}

/** Sums the messages that a filter lets through. One statement. */
export async function readFilteredTotals(database: Database, query: SumQuery): Promise<UsageTotals> {
  const row = isUnfiltered(query.filter)
    ? await database.reads
        .selectFrom('periods')
        .where('account_id', '=', query.account)
        .where('period_id', '=', query.periodId)
        .select(['credits', 'message_count', 'unpriced_count'])
        .executeTakeFirst()
    : await database.scanTurns.take(query.account, () =>
        filtered(database, query).select(sums).executeTakeFirst(),
      );
  return row === undefined ? noUsage : toTotals(row);
}

/** Sums by quarter-hour or shorter slots, earliest first, without empty ones. One statement. */
export async function readSlots(
  database: Database,
  query: SumQuery,
  lengthMs = slotMs,
): Promise<readonly SlotTotals[]> {
  const rows =
    isUnfiltered(query.filter) && query.periodId !== null && lengthMs === slotMs
      ? await database.reads
          .selectFrom('usage_slots')
          .where('account_id', '=', query.account)
          .where('period_id', '=', query.periodId)
          .select(['slot', 'credits', 'message_count', 'unpriced_count'])
          .orderBy('slot')
          .execute()
      : await database.scanTurns.take(query.account, () =>
          filtered(database, query)
            .select(slotOf('timestamp_ms', lengthMs).as('slot'))
            .select(sums)
            .groupBy('slot')
            .orderBy('slot')
            .execute(),
        );
  return rows.map((row) => ({ fromMs: row.slot * lengthMs, totals: toTotals(row) }));
}

/** Sums by report, dearest first. One statement. */
export async function readReportTotals(
  database: Database,
  query: SumQuery & { readonly periodId: number },
): Promise<readonly ReportTotals[]> {
  const { account, periodId, filter } = query;
  const unfiltered = isUnfiltered(filter);
  const grouped: AliasableExpression<ReportSums> = unfiltered
    ? database.reads
        .selectFrom('usage_reports')
        .where('account_id', '=', account)
        .where('period_id', '=', periodId)
        .select(['has_report', 'report_id', 'credits', 'message_count', 'unpriced_count'])
    : filtered(database, query)
        .select([
          sql<number>`case when report_name is null then 0 else 1 end`.as('has_report'),
          sql<number>`case when report_name is null then 0 else report_id end`.as('report_id'),
        ])
        .select(sums)
        .groupBy([sql`1`, sql`2`]);
  const select = (unfiltered ? database.reads : database.scans)
    .selectFrom(grouped.as('g'))
    .leftJoin('reports as r', (join) =>
      join
        .on('r.account_id', '=', account)
        .on('r.period_id', '=', periodId)
        .onRef('r.report_id', '=', 'g.report_id')
        .on('g.has_report', '=', 1),
    )
    .select(['g.report_id', 'g.credits', 'g.message_count', 'g.unpriced_count', 'r.name', 'r.credit_cost'])
    .orderBy('g.credits', 'desc')
    .orderBy('g.has_report', 'desc')
    .orderBy('g.report_id');
  const rows = unfiltered
    ? await select.execute()
    : await database.scanTurns.take(account, () => select.execute());
  return rows.map((row) => {
    const report =
      row.name === null || row.credit_cost === null
        ? null
        : { id: row.report_id, name: row.name, creditCost: Credits.fromUnits(row.credit_cost) };
    return { report, creditCost: report?.creditCost ?? null, totals: toTotals(row) };
  });
}

/** Totals of no message at all. */
export const noUsage: UsageTotals = { creditsUsed: Credits.zero, messageCount: 0, unpricedCount: 0 };

/** Stored sums as the domain knows them. */
export function toTotals(row: {
  readonly credits: number;
  readonly message_count: number;
  readonly unpriced_count: number;
}): UsageTotals {
  return {
    creditsUsed: Credits.fromUnits(row.credits),
    messageCount: row.message_count,
    unpricedCount: row.unpriced_count,
  };
}

interface ReportSums {
  readonly has_report: number;
  readonly report_id: number;
  readonly credits: number;
  readonly message_count: number;
  readonly unpriced_count: number;
}

/** The sums of messages, as a selection. */
export const sums = [
  sql<number>`cast(coalesce(sum(credits), 0) as bigint)`.as('credits'),
  sql<number>`count(*)`.as('message_count'),
  sql<number>`count(*) - count(credits)`.as('unpriced_count'),
] as const;

/** The messages that a query lets through. */
export function filtered(database: Database, { account, periodId, filter }: SumQuery) {
  return database.scans
    .selectFrom('messages')
    .where('account_id', '=', account)
    .where((eb) =>
      periodId === null
        ? eb('period_id', 'in', periodsBetween(eb, account, filter))
        : eb('period_id', '=', periodId),
    )
    .where((eb) => eb.and(filterConditions(eb, filter, database)));
}

/** The periods that have messages in the filter's span: each has an index of its own by time. */
function periodsBetween(
  eb: ExpressionBuilder<Tables, 'messages'>,
  account: string,
  { fromMs, toMs }: MessageFilter,
) {
  let periods = eb.selectFrom('periods').where('account_id', '=', account).select('period_id');
  if (fromMs !== null) periods = periods.where('last_message_ms', '>=', fromMs);
  if (toMs !== null) periods = periods.where('first_message_ms', '<', toMs);
  return periods;
}
