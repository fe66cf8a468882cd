import { Credits } from '../../src/billing/credits.ts';
import { defaultRateCard } from '../../src/billing/rate-card.ts';
import type { Report } from '../../src/billing/report.ts';
import type { LateReading, LateReport, PricedMessage } from '../../src/ledger/recording/pull.ts';
import { priceNaively } from '../billing/naive-rating.ts';
import type { ModelPeriod } from './model-ledger.ts';

/** The reports that closed periods still wait for, the one tried the longest ago first. */
export function findLateReports(periods: readonly ModelPeriod[]): readonly LateReport[] {
  return periods
    .filter(({ toMs }) => toMs !== null)
    .flatMap(({ id, messages, reports }) =>
      [...reports.values()]
        .filter(({ reportId, status }) => status === 'unread' && messages.some(waitsFor(reportId)))
        .map(({ reportId, readAtMs }) => ({ periodId: id, reportId, readAtMs })),
    )
    .toSorted((a, b) => a.readAtMs - b.readAtMs || a.periodId - b.periodId || a.reportId - b.reportId);
}

/** Gives the messages of closed periods that wait for a report what they lack, and nothing else. @returns how many got a price. */
export function priceLate(periods: readonly ModelPeriod[], readings: readonly LateReading[]): number {
  let count = 0;
  for (const { periodId, ...reading } of readings) {
    const period = periods.find(({ id }) => id === periodId);
    if (period === undefined || period.toMs === null) continue;
    if (period.reports.get(reading.reportId)?.status !== 'unread') continue;
    period.reports.set(reading.reportId, reading);
    if (reading.status === 'unread') continue;
    const waiting = period.messages.filter(waitsFor(reading.reportId));
    count += waiting.length;
    const report = reading.status === 'found' ? reading.report : null;
    period.messages = period.messages.map((message) =>
      waiting.includes(message) ? price(message, report) : message,
    );
  }
  return count;
}

function waitsFor(reportId: number): (message: PricedMessage) => boolean {
  return (message) => message.credits === null && message.reportId === reportId;
}

function price(message: PricedMessage, report: Report | null): PricedMessage {
  if (report !== null) return { ...message, credits: report.creditCost, reportName: report.name };
  return { ...message, credits: Credits.fromUnits(Number(priceNaively(message.text, defaultRateCard))) };
}
