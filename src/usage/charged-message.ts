import { hash } from 'node:crypto';

import { type Charge, chargeReport, chargeText, priceText } from '../billing/charge.ts';
import type { Credits } from '../billing/credits.ts';
import type { RateCard } from '../billing/rate-card.ts';
import type { Report } from '../billing/report.ts';
import type { RecordedMessage } from '../ledger/reading/message-page.ts';
import type { ReportUnread } from './report-loader.ts';

/**
 * A recorded message together with what prices it. What it cost is worked out from that when it is first asked
 * for, and then kept. Nothing here throws or waits, so that a row of a page costs no promise.
 */
export class ChargedMessage {
  readonly message: RecordedMessage;
  readonly #pricedBy: Report | null | ReportUnread;
  readonly #card: RateCard;
  #creditsUsed: Credits | null = null;
  #charge: Charge | null = null;

  /** @param pricedBy its report; null: its text; `ReportUnread`: the report could not be read. */
  constructor(message: RecordedMessage, pricedBy: Report | null | ReportUnread, card: RateCard) {
    this.message = message;
    this.#pricedBy = pricedBy;
    this.#card = card;
  }

  /** Whether it has a price. Else its report could not be read yet. */
  get isPriced(): boolean {
    return this.message.credits !== null && !(this.#pricedBy instanceof Error);
  }

  /** The report that it produced; null when it has none, there is no such report, or it could not be read yet. */
  get report(): Report | null {
    return this.#pricedBy instanceof Error ? null : this.#pricedBy;
  }

  /** What it cost, the figure that {@link ChargedMessage.charge} explains; null while it has no price. */
  get creditsUsed(): Credits | null {
    if (!this.isPriced) return null;
    return (this.#creditsUsed ??= this.report?.creditCost ?? priceText(this.message.text, this.#card));
  }

  /** The receipt; null while it has no price. */
  get charge(): Charge | null {
    if (!this.isPriced) return null;
    const { report } = this;
    return (this.#charge ??=
      report === null ? chargeText(this.message.text, this.#card) : chargeReport(report, this.#card));
  }

  /** The SHA-256 of its text over UTF-8, in lower-case hex. */
  get textSha256(): string {
    return hash('sha256', this.message.text, 'hex');
  }
}
