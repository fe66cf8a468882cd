import { Credits } from '../../src/billing/credits.ts';
import type { PricedMessage, ReportReading } from '../../src/ledger/recording/pull.ts';
import type { ReportTotals } from '../../src/ledger/reading/report-totals.ts';
import type { SlotTotals, UsageTotals } from '../../src/ledger/reading/sums.ts';

/** What messages come to, one by one. */
export function sumUp(messages: readonly PricedMessage[]): UsageTotals {
  let creditsUsed = Credits.zero;
  let unpricedCount = 0;
  for (const { credits } of messages) {
    if (credits === null) unpricedCount += 1;
    else creditsUsed = creditsUsed.plus(credits);
  }
  return { creditsUsed, messageCount: messages.length, unpricedCount };
}

/** The sums by quarter of an hour, earliest first. */
export function sumUpSlots(messages: readonly PricedMessage[]): readonly SlotTotals[] {
  const quarterMs = 15 * 60_000;
  const slots = Map.groupBy(messages, ({ timestampMs }) => Math.floor(timestampMs / quarterMs) * quarterMs);
  return [...slots]
    .toSorted(([a], [b]) => a - b)
    .map(([fromMs, ofSlot]) => ({ fromMs, totals: sumUp(ofSlot) }));
}

/** The sums by report, dearest first; of equally dear ones by id, and what has no report last. */
export function sumUpReports(
  messages: readonly PricedMessage[],
  reports: ReadonlyMap<number, ReportReading>,
): readonly ReportTotals[] {
  const byReport = Map.groupBy(messages, ({ reportId, reportName }) =>
    reportName === null ? null : reportId,
  );
  return [...byReport]
    .map(([reportId, ofReport]) => {
      const reading = reportId === null ? undefined : reports.get(reportId);
      const report = reading?.status === 'found' ? reading.report : null;
      return { report, creditCost: report?.creditCost ?? null, totals: sumUp(ofReport) };
    })
    .toSorted(
      (a, b) =>
        b.totals.creditsUsed.units - a.totals.creditsUsed.units ||
        (a.report?.id ?? Infinity) - (b.report?.id ?? Infinity),
    );
}

/** Sums of sums. */
export function addUp(parts: readonly { readonly totals: UsageTotals }[]): UsageTotals {
  let sum = sumUp([]);
  for (const { totals } of parts) {
    sum = {
      creditsUsed: sum.creditsUsed.plus(totals.creditsUsed),
      messageCount: sum.messageCount + totals.messageCount,
      unpricedCount: sum.unpricedCount + totals.unpricedCount,
    };
  }
  return sum;
}
