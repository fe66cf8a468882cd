import type { Report } from '../billing/report.ts';
import type { ListCheck } from '../upstream/list-check.ts';
import type { MessageBatch, Upstream } from '../upstream/upstream.ts';

/** The upstream of one pull, with a note of how much it had to do with it. */
export class TimedUpstream implements Upstream {
  readonly #upstream: Upstream;
  #openWaits = 0;
  #waitingSinceMs = 0;
  #waitedMs = 0;
  #messageCount = 0;

  constructor(upstream: Upstream) {
    this.#upstream = upstream;
  }

  /** How long the pull waited for it; what the pull did with its answers is left out. */
  get waitedMs(): number {
    return this.#waitedMs;
  }

  /** How many messages it told. */
  get messageCount(): number {
    return this.#messageCount;
  }

  async *readMessages(account: string, check?: ListCheck): AsyncGenerator<MessageBatch, void, undefined> {
    const batches = this.#upstream.readMessages(account, check)[Symbol.asyncIterator]();
    try {
      for (;;) {
        const next = await this.#wait(batches.next());
        if (next.done === true) return;
        this.#messageCount += next.value.messages.length;
        yield next.value;
      }
    } finally {
      // A reader that leaves early lets go of the call; one that has ended by itself takes no notice.
      await batches.return?.();
    }
  }

  readReport(account: string, reportId: number): Promise<Report | null> {
    return this.#wait(this.#upstream.readReport(account, reportId));
  }

  close(): Promise<void> {
    return this.#upstream.close();
  }

  /** Of several waits at once, each moment counts once. */
  async #wait<T>(answer: Promise<T>): Promise<T> {
    if (this.#openWaits++ === 0) this.#waitingSinceMs = performance.now();
    try {
      return await answer;
    } finally {
      if (--this.#openWaits === 0) this.#waitedMs += performance.now() - this.#waitingSinceMs;
    }
  }
}
