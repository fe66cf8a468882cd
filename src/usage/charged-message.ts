import type { Charge } from '../billing/charge.ts';
import type { Credits } from '../billing/credits.ts';
import { chargeAtOnce, chargeMessage, priceMessage } from '../billing/price.ts';
import type { RateCard } from '../billing/rate-card.ts';
import type { Report, ReportAnswer } from '../billing/report.ts';
import type { RecordedMessage } from '../ledger/reading/message-page.ts';

/**
 * A recorded message together with what prices it. What it cost is worked out from its measure, its report and its card
 * when it is first asked for, and then kept: the figure that was recorded when it was charged. Nothing here throws or
 * waits, so that a row of a page costs no promise.
 */
export class ChargedMessage {
  readonly message: RecordedMessage;
  readonly #answer: ReportAnswer | null;
  readonly #card: RateCard;
  #creditsUsed: Credits | null = null;
  #charge: Charge | null = null;

  /** @param answer what the upstream said of the message's report in its period; null: it names none. */
  constructor(message: RecordedMessage, answer: ReportAnswer | null, card: RateCard) {
    this.message = message;
    this.#answer = answer;
    this.#card = card;
  }

  /** Whether it has a price. Else its report could not be read yet. */
  get isPriced(): boolean {
    return this.creditsUsed !== null;
  }

  /** The report that it produced; null when it has none, there is no such report, or it could not be read yet. */
  get report(): Report | null {
    return this.#answer?.status === 'found' ? this.#answer.report : null;
  }

  /** What it cost, the figure that {@link ChargedMessage.charge} explains; null while it has no price. */
  get creditsUsed(): Credits | null {
    const { credits, creditsAreKept, measure } = this.message;
    if (credits === null || creditsAreKept) return credits;
    return (this.#creditsUsed ??= priceMessage(measure, this.#answer, this.#card));
  }

  /** The receipt; null while it has no price. Of kept credits it has one step, which holds the whole amount. */
  get charge(): Charge | null {
    const { credits, creditsAreKept, measure, reportName } = this.message;
    if (credits === null) return null;
    if (creditsAreKept) return chargeAtOnce(credits, reportName === null ? 'TEXT' : 'REPORT', this.#card);
    return (this.#charge ??= chargeMessage(measure, this.#answer, this.#card));
  }
}
