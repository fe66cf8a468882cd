import type { Charge } from '../billing/charge.ts';
import type { Credits } from '../billing/credits.ts';
import type { Report } from '../billing/report.ts';
import type { ChargedMessage } from '../usage/charged-message.ts';

/**
 * A message under the names of its GraphQL fields. Hundreds stand in one answer, so its fields have no resolvers:
 * a compiled query reads them in place. A getter must not throw, and nothing may be a promise; an error stands for
 * itself, as in graphql-js.
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

  get report(): Report | null | Error {
    return this.#charged.report;
  }

  get creditsUsed(): Credits | Error {
    return this.#charged.creditsUsed;
  }

  get charge(): Charge | Error {
    return this.#charged.charge;
  }
}
