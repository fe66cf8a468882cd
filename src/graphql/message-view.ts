import type { Charge } from '../billing/charge.ts';
import type { Credits } from '../billing/credits.ts';
import type { Report } from '../billing/report.ts';
import type { ChargedMessage } from '../usage/charged-message.ts';

/** Whether a message has its price. */
export type PricingStatus = 'PRICED' | 'UNPRICED';

/**
 * A message under the names of its GraphQL fields. Hundreds stand in one answer, so its fields have no resolvers:
 * a compiled query reads them in place. A getter must not throw, and nothing may be a promise.
 */
export class MessageView {
  readonly #charged: ChargedMessage;

  constructor(charged: ChargedMessage) {
    this.#charged = charged;
  }

  get id(): number {
    return this.#charged.message.id;
  }

  get timestamp(): number {
    return this.#charged.message.timestampMs;
  }

  get text(): string {
    return this.#charged.message.text;
  }

  get textSha256(): string {
    return this.#charged.message.textSha256;
  }

  get reportId(): number | null {
    return this.#charged.message.reportId;
  }

  get report(): Report | null {
    return this.#charged.report;
  }

  get pricing(): PricingStatus {
    return this.#charged.isPriced ? 'PRICED' : 'UNPRICED';
  }

  get creditsUsed(): Credits | null {
    return this.#charged.creditsUsed;
  }

  get charge(): Charge | null {
    return this.#charged.charge;
  }
}
