import { type Charge, chargeReport, chargeText } from '../billing/charge.ts';
import type { RateCard } from '../billing/rate-card.ts';
import type { Report } from '../billing/report.ts';
import { parseId } from './id.ts';
import { InvalidArgument } from './invalid-argument.ts';

/** What to price: a text, or a report by its id. */
export type EstimateRequest = { readonly text: string } | { readonly reportId: string };

/**
 * What a text or a report would cost, by the functions that charge.
 * @throws InvalidArgument unless the report exists; what `readReport` throws.
 */
export async function estimateCharge(
  request: EstimateRequest,
  {
    rateCard,
    readReport,
  }: { readonly rateCard: RateCard; readonly readReport: (reportId: number) => Promise<Report | null> },
): Promise<Charge> {
  if ('text' in request) return chargeText(request.text.toWellFormed(), rateCard);
  const { reportId } = request;
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
