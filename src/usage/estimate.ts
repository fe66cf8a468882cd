import type { Charge } from '../billing/charge.ts';
import { chargeMessage } from '../billing/price.ts';
import type { RateCard } from '../billing/rate-card.ts';
import type { ReportAnswer } from '../billing/report.ts';
import { measureText } from '../billing/text-measure.ts';
import { parseId } from './id.ts';
import { InvalidArgument } from './invalid-argument.ts';
import { ReportUnread } from './report-loader.ts';

/** What to price: a text, or a report by its id. */
export type EstimateRequest = { readonly text: string } | { readonly reportId: string };

/**
 * What a text or a report would cost, by the function that charges.
 * @throws InvalidArgument unless the report exists; ReportUnread while it cannot be read.
 */
export async function estimateCharge(
  request: EstimateRequest,
  {
    rateCard,
    readReport,
  }: { readonly rateCard: RateCard; readonly readReport: (reportId: number) => Promise<ReportAnswer> },
): Promise<Charge> {
  const isText = 'text' in request;
  const measure = measureText(isText ? request.text.toWellFormed() : '');
  const reportId = isText ? null : parseId(request.reportId);
  const answer = reportId === null ? null : await readReport(reportId);
  if (!isText && (answer === null || answer.status === 'missing')) {
    throw new InvalidArgument({
      argument: 'input.reportId',
      problem: `names no report: ${JSON.stringify(request.reportId)}`,
    });
  }
  const charge = chargeMessage(measure, answer, rateCard);
  if (charge === null) throw new ReportUnread({ reportId: reportId ?? 0 });
  return charge;
}
