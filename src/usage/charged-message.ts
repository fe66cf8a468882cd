import type { Charge } from '../billing/charge.ts';
import type { Credits } from '../billing/credits.ts';
import { chargeAtOnce, chargeMessage, priceMessage } from '../billing/price.ts';
import type { RateCard } from '../billing/rate-card.ts';
import type { Report, ReportAnswer } from '../billing/report.ts';
import type { RecordedCharge, RecordedMessage } from '../ledger/reading/message-page.ts';

/** Whether a message has its price. */
export type PricingStatus = 'PRICED' | 'UNPRICED';

/**
 * A recorded message together with what prices it, under the names of its GraphQL fields. What it cost is worked out
 * from its measure, its report and its card when it is asked for: the figure that was recorded when it was charged.
 * Hundreds stand in one answer, so its fields have no resolvers: a compiled query reads them in place. Nothing here
 * throws or waits.
 */
export class ChargedMessage {
  readonly recorded: RecordedCharge | RecordedMessage;
  readonly #answer: ReportAnswer | null;
  readonly #card: RateCard;

  /** @param answer what the upstream said of the message's report in its period; null: it names none. */
  constructor(recorded: RecordedCharge | RecordedMessage, answer: ReportAnswer | null, card: RateCard) {
    this.recorded = recorded;
    this.#answer = answer;
    this.#card = card;
  }

  get id(): number {
    return this.recorded.id;
  }

  /** In epoch ms. */
  get timestamp(): number {
    return this.recorded.timestampMs;
  }

  /** Null where the page was read without texts. */
  get text(): string | null {
    return 'text' in this.recorded ? this.recorded.text : null;
  }

  /** Null where the page was read without texts. */
  get textSha256(): string | null {
    return 'text' in this.recorded ? this.recorded.textSha256 : null;
  }

  /** The report that the upstream names, whether or not it exists; null: it names none. */
  get reportId(): number | null {
    return this.recorded.reportId;
  }

  /** The report that it produced; null when it has none, there is no such report, or it could not be read yet. */
  get report(): Report | null {
    return this.#answer?.status === 'found' ? this.#answer.report : null;
  }

  /** `UNPRICED` while its report could not be read. */
  get pricing(): PricingStatus {
    return this.recorded.credits === null ? 'UNPRICED' : 'PRICED';
  }

  /** What it cost, the figure that {@link ChargedMessage.charge} explains; null while it has no price. */
  get creditsUsed(): Credits | null {
    const { credits, creditsAreKept, measure } = this.recorded;
    if (credits === null || creditsAreKept) return credits;
    return priceMessage(measure, this.#answer, this.#card);
  }

  /** The receipt; null while it has no price. Of kept credits it has one step, which holds the whole amount. */
  get charge(): Charge | null {
    const { credits, creditsAreKept, measure } = this.recorded;
    if (credits === null) return null;
    if (creditsAreKept) return chargeAtOnce(credits, this.report === null ? 'TEXT' : 'REPORT', this.#card);
    return chargeMessage(measure, this.#answer, this.#card);
  }
}
