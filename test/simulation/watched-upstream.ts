import type { Message } from '../../src/billing/message.ts';
import type { Report } from '../../src/billing/report.ts';
import type { InvalidMessage, MessageBatch, Upstream } from '../../src/upstream/upstream.ts';

/** How a call for a report ended. */
export type ReportAnswer = Report | 'missing' | 'failed';

/** What one pull was given by its upstream. */
export interface Delivery {
  readonly account: string;
  readonly messages: Message[];
  /** The rows that could not be read. */
  readonly invalid: InvalidMessage[];
  /** Each report that was asked for, with the answer. */
  readonly answers: Map<number, ReportAnswer>;
  /** Whether the list came to its end. */
  whole: boolean;
}

/** Something to do in the middle of a pull, before the batch of that number; it may throw. */
export type Disturbance = (batch: number) => Promise<void>;

/** Any upstream, with notes of what it delivered, and a way to disturb a pull. */
export class WatchedUpstream implements Upstream {
  readonly #upstream: Upstream;
  readonly #disturb: Disturbance;
  /** What it delivered, by pull. One pull at a time. */
  readonly deliveries: Delivery[] = [];

  constructor(upstream: Upstream, disturb: Disturbance = async () => {}) {
    this.#upstream = upstream;
    this.#disturb = disturb;
  }

  async *readMessages(account: string): AsyncGenerator<MessageBatch, void, undefined> {
    const delivery: Delivery = { account, messages: [], invalid: [], answers: new Map(), whole: false };
    this.deliveries.push(delivery);
    let count = 0;
    for await (const batch of this.#upstream.readMessages(account)) {
      await this.#disturb(count++);
      delivery.messages.push(...batch.messages);
      delivery.invalid.push(...batch.invalid);
      yield batch;
    }
    await this.#disturb(count);
    delivery.whole = true;
  }

  async readReport(account: string, reportId: number): Promise<Report | null> {
    const answers = this.deliveries.at(-1)?.answers;
    // A second call of one pull for one report would be a fault of the pull.
    if (answers?.has(reportId) === true) throw new Error(`report ${reportId} was asked twice`);
    try {
      const report = await this.#upstream.readReport(account, reportId);
      answers?.set(reportId, report ?? 'missing');
      return report;
    } catch (error) {
      answers?.set(reportId, 'failed');
      throw error;
    }
  }

  close(): Promise<void> {
    return this.#upstream.close();
  }
}
