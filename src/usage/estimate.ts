import { type Charge, chargeReport, chargeText } from '../billing/charge.ts';
import type { RateCard } from '../billing/rate-card.ts';
import type { Report } from '../billing/report.ts';
import { parseId } from './id.ts';
import { InvalidArgument } from './invalid-argument.ts';

/** What to price: exactly one of the two. */
export interface EstimateRequest {
  readonly text: string | null;
  readonly reportId: string | null;
}

/**
 * What a text or a report would cost, by the functions that charge.
 * @throws InvalidArgument unless exactly one is given and a report exists; what `readReport` throws.
 */
export async function estimateCharge(
  { text, reportId }: EstimateRequest,
  {
    rateCard,
    readReport,
  }: { readonly rateCard: RateCard; readonly readReport: (reportId: number) => Promise<Report | null> },
): Promise<Charge> {
  if ((text === null) === (reportId === null)) {
    throw new InvalidArgument({
      argument: 'input',
      problem: 'must have exactly one of "text" and "reportId"',
    });
  }
  if (reportId === null) return chargeText((text ?? '').toWellFormed(), rateCard);
  const id = parseId(reportId);
  const report = id === null ? null : await readReport(id);
  if (report === null) {
    throw new InvalidArgument({
      argument: 'input.reportId',
      problem: `names no report: ${JSON.stringify(reportId)}`,
    });
  }
  return chargeReport(report, rateCard);
}
