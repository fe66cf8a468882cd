import type { Ledger } from '../ledger/ledger.ts';
import type { ReportSlot } from '../ledger/reading/report-slots.ts';
import type { ReportTotals, SumQuery } from '../ledger/reading/sums.ts';
import { dealOut, slotLengthOf, sumUp } from './time-windows.ts';

/** Reads what each window holds by report, dearest first. Takes one statement, and one more for each period's reports. */
export async function readReportWindows(
  ledger: Ledger,
  query: SumQuery,
  bounds: readonly number[],
): Promise<readonly (readonly ReportTotals[])[]> {
  const slots = await ledger.readReportSlots(query, slotLengthOf(bounds));
  const reports = await readSlotReports(ledger, query.account, slots);
  return dealOut(bounds, slots).map(({ slots: own }) => sumByReport(own, reports));
}

/** What a report was called and what it cost, by period. */
type PeriodReports = ReadonlyMap<number, ReadonlyMap<number, NonNullable<ReportTotals['report']>>>;

async function readSlotReports(
  ledger: Ledger,
  account: string,
  slots: readonly ReportSlot[],
): Promise<PeriodReports> {
  const byPeriod = Map.groupBy(slots, ({ periodId }) => periodId);
  const entries = [...byPeriod].map(async ([periodId, ofPeriod]) => {
    const ids = [...new Set(ofPeriod.flatMap(({ reportId }) => (reportId === null ? [] : [reportId])))];
    const readings = await ledger.readReports(account, periodId, ids);
    const found = readings.flatMap((reading) =>
      reading.status === 'found' ? [[reading.reportId, reading.report] as const] : [],
    );
    return [periodId, new Map(found)] as const;
  });
  return new Map(await Promise.all(entries));
}

function sumByReport(slots: readonly ReportSlot[], reports: PeriodReports): readonly ReportTotals[] {
  return [...Map.groupBy(slots, ({ reportId }) => reportId)]
    .map(([reportId, own]) => {
      const { report, creditCost } = latestReport(reportId, own, reports);
      return { report, creditCost, totals: sumUp(own) };
    })
    .toSorted(
      (a, b) =>
        b.totals.creditsUsed.compare(a.totals.creditsUsed) ||
        (a.report?.id ?? Infinity) - (b.report?.id ?? Infinity),
    );
}

/** The report as the latest period knows it; without a cost where the periods of a window differ in it. */
function latestReport(
  reportId: number | null,
  slots: readonly ReportSlot[],
  reports: PeriodReports,
): Pick<ReportTotals, 'report' | 'creditCost'> {
  if (reportId === null) return { report: null, creditCost: null };
  const periodIds = [...new Set(slots.map(({ periodId }) => periodId))].toSorted((a, b) => b - a);
  const known = periodIds.flatMap((periodId) => reports.get(periodId)?.get(reportId) ?? []);
  const [report = null] = known;
  const isOneCost = known.every(
    ({ creditCost }) => creditCost.compare(known[0]?.creditCost ?? creditCost) === 0,
  );
  return { report, creditCost: isOneCost ? (report?.creditCost ?? null) : null };
}
