import { sql } from 'kysely';

import { Credits } from '../../billing/credits.ts';
import type { Report } from '../../billing/report.ts';
import type { Database } from '../database/database.ts';
import { slotMs } from './slots.ts';
import {
  addUp,
  readUsage,
  type SlotTotals,
  type StoredSums,
  sums,
  type SumQuery,
  toTotals,
  type UsageTotals,
} from './sums.ts';
import { usageRows } from './usage-rows.ts';

/** What one report's messages of one period come to in a slot of time. */
export interface ReportSlot extends SlotTotals {
  readonly periodId: number;
  /** As the period knows it; null: messages that no report priced. */
  readonly report: Report | null;
}

/** The totals of one report's messages; null holds all messages that no report priced. */
export interface ReportTotals {
  readonly report: Report | null;
  /** What each of its messages cost; null without a report, and where several costs meet. */
  readonly creditCost: Credits | null;
  readonly totals: UsageTotals;
}

/** Sums by report, dearest first. One statement. */
export async function readReportTotals(
  database: Database,
  query: SumQuery,
): Promise<readonly ReportTotals[]> {
  return sumByReport(await readReportSlots(database, query, null));
}

/** Sums by slot, period and report, earliest first. One statement. @param lengthMs null: of all time together */
export async function readReportSlots(
  database: Database,
  query: SumQuery,
  lengthMs: number | null,
): Promise<readonly ReportSlot[]> {
  const usage = usageRows(database, query, lengthMs ?? slotMs);
  const slot = sql.raw(lengthMs === null ? 'cast(0 as bigint)' : 'slot');
  const rows = await readUsage<ReportSlotRow>(
    database,
    query,
    usage,
    sql`select g.*, r.name, r.credit_cost from (
        select ${slot} as slot, period_id, has_report, report_id, ${sums} from (${usage.rows}) as u group by 1, 2, 3, 4
      ) as g
      left join reports r on r.account_id = ${query.account} and r.period_id = g.period_id
        and r.report_id = g.report_id and g.has_report = 1 and r.status = 'found'
      order by g.slot`,
  );
  return rows.flatMap((row) => splitUnpriced(row, row.slot * (lengthMs ?? 0)));
}

/** Adds up by report, dearest first; of equally dear ones by id, and what has no report last. */
export function sumByReport(slots: readonly ReportSlot[]): readonly ReportTotals[] {
  return [...Map.groupBy(slots, ({ report }) => report?.id ?? null).values()]
    .map((own) => {
      const costs = new Set(own.map(({ report }) => report?.creditCost.units ?? null));
      // The name that the latest period knows it by.
      const [latest] = own.toSorted((a, b) => b.periodId - a.periodId);
      const report = latest?.report ?? null;
      const creditCost = costs.size === 1 ? (report?.creditCost ?? null) : null;
      return { report, creditCost, totals: addUp(own) };
    })
    .toSorted(
      (a, b) =>
        b.totals.creditsUsed.compare(a.totals.creditsUsed) ||
        (a.report?.id ?? Infinity) - (b.report?.id ?? Infinity),
    );
}

interface ReportSlotRow extends StoredSums {
  readonly slot: number;
  readonly period_id: number;
  readonly has_report: number;
  readonly report_id: number;
  readonly name: string | null;
  readonly credit_cost: number | null;
}

/** What waits for a report's price counts among what no report priced. */
function splitUnpriced(row: ReportSlotRow, fromMs: number): readonly ReportSlot[] {
  const slot = { fromMs, periodId: row.period_id };
  const { unpriced_count: unpricedCount } = row;
  const pricedCount = row.message_count - unpricedCount;
  const report =
    row.name === null || row.credit_cost === null
      ? null
      : { id: row.report_id, name: row.name, creditCost: Credits.fromUnits(row.credit_cost) };
  if (report === null || unpricedCount === 0) return [{ ...slot, report, totals: toTotals(row) }];
  const priced = { credits: row.credits, message_count: pricedCount, unpriced_count: 0 };
  const unpriced = { credits: 0, message_count: unpricedCount, unpriced_count: unpricedCount };
  return [
    ...(pricedCount === 0 ? [] : [{ ...slot, report, totals: toTotals(priced) }]),
    { ...slot, report: null, totals: toTotals(unpriced) },
  ];
}
