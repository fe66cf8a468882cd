import { type Charge, chargeReport, chargeText, priceText } from '../billing/charge.ts';
import type { Credits } from '../billing/credits.ts';
import type { RateCard } from '../billing/rate-card.ts';
import type { Report } from '../billing/report.ts';
import type { RecordedMessage } from '../ledger/reading/message-page.ts';
import { Unpriced } from './report-loader.ts';

/**
 * A recorded message together with what prices it. What it cost is worked out from that when it is first asked
 * for, and then kept. Where a price is not known, the reason stands in its place: nothing here throws or waits, so
 * that a row of a page costs no promise.
 */
export class ChargedMessage {
  readonly message: RecordedMessage;
  /** The report that it produced; null when it has none, or the upstream has no such report. */
  readonly report: Report | null | Error;
  readonly #card: RateCard;
  #creditsUsed: Credits | Error | null = null;
  #charge: Charge | Error | null = null;

  constructor(message: RecordedMessage, report: Report | null | Error, card: RateCard) {
    this.message = message;
    this.report = report;
    this.#card = card;
  }

  /** What it cost: the figure that {@link ChargedMessage.charge} explains. */
  get creditsUsed(): Credits | Error {
    return (this.#creditsUsed ??= this.#price());
  }

  /** The receipt. */
  get charge(): Charge | Error {
    return (this.#charge ??= this.#explain());
  }

  #price(): Credits | Error {
    const report = this.#pricedBy();
    if (report instanceof Error) return report;
    return report === null ? priceText(this.message.text, this.#card) : report.creditCost;
  }

  #explain(): Charge | Error {
    const report = this.#pricedBy();
    if (report instanceof Error) return report;
    return report === null ? chargeText(this.message.text, this.#card) : chargeReport(report, this.#card);
  }

  #pricedBy(): Report | null | Error {
    const { credits, reportId } = this.message;
    return credits === null ? new Unpriced({ reportId: reportId ?? 0 }) : this.report;
  }
}
