import { sql } from 'kysely';

import type { Database } from '../database/database.ts';
import { slotMs, slotOf } from './slots.ts';
import { filtered, sums, type SumQuery, toTotals, type UsageTotals } from './sums.ts';

/** What one report's messages of one period come to in a slot of time. */
export interface ReportSlot {
  /** Where the slot begins, epoch milliseconds. */
  readonly fromMs: number;
  readonly periodId: number;
  /** Null: messages that no report priced. */
  readonly reportId: number | null;
  readonly totals: UsageTotals;
}

/** Sums by slot, period and report, earliest first, without empty ones. One statement. */
export async function readReportSlots(
  database: Database,
  query: SumQuery,
  lengthMs = slotMs,
): Promise<readonly ReportSlot[]> {
  const select = filtered(database, query)
    .select(slotOf('timestamp_ms', lengthMs).as('slot'))
    .select('period_id')
    .select(sql<number | null>`case when report_name is null then null else report_id end`.as('priced_by'))
    .select(sums)
    .groupBy(['slot', 'period_id', 'priced_by'])
    .orderBy('slot');
  const rows = await database.scanTurns.take(query.account, () => select.execute());
  return rows.map((row) => ({
    fromMs: row.slot * lengthMs,
    periodId: row.period_id,
    reportId: row.priced_by,
    totals: toTotals(row),
  }));
}
