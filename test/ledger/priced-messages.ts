import { Credits } from '../../src/billing/credits.ts';
import type { Report } from '../../src/billing/report.ts';
import { measureText } from '../../src/billing/text-measure.ts';
import type { RecordedMessage } from '../../src/ledger/reading/message-page.ts';
import type { PricedMessage, ReportReading } from '../../src/ledger/recording/pull.ts';

/** Length of a minute: tests count their time in minutes since the epoch. */
export const minuteMs = 60_000;

/** A message priced from its text, at 1.25 credits unless told otherwise. */
export function textMessage(
  id: number,
  minute: number,
  { text = `message ${id}`, credits = '1.25' }: { readonly text?: string; readonly credits?: string } = {},
): PricedMessage {
  const timestampMs = minute * minuteMs;
  return {
    id,
    timestampMs,
    timestamp: new Date(timestampMs).toISOString(),
    text,
    measure: measureText(text),
    reportId: null,
    credits: Credits.parse(credits),
    reportName: null,
  };
}

/** A message priced by a report. */
export function reportMessage(id: number, minute: number, report: Report): PricedMessage {
  return {
    ...textMessage(id, minute),
    reportId: report.id,
    credits: report.creditCost,
    reportName: report.name,
  };
}

/** A message whose report could not be read yet. */
export function unpricedMessage(id: number, minute: number, reportId: number, text?: string): PricedMessage {
  return { ...textMessage(id, minute, text === undefined ? {} : { text }), reportId, credits: null };
}

/** A message that names a report which the upstream does not have: priced from its text. */
export function missingReportMessage(id: number, minute: number, reportId: number): PricedMessage {
  return { ...textMessage(id, minute), reportId };
}

/** A report as billing knows it. */
export function report(id: number, name: string, creditCost: string): Report {
  return { id, name, creditCost: Credits.parse(creditCost) };
}

/** The reading of a report that was found. */
export function found(report: Report): ReportReading {
  return { reportId: report.id, readAtMs: 1, status: 'found', report };
}

/** A recorded message without what the ledger adds to it. */
export function toPricedMessage(message: RecordedMessage): PricedMessage {
  const { id, timestampMs, timestamp, text, measure, reportId, credits, reportName } = message;
  return { id, timestampMs, timestamp, text, measure, reportId, credits, reportName };
}
