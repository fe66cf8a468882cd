import { bulkhead, isBulkheadRejectedError } from 'cockatiel';
import { Breaker } from './breaker.ts';
import { type CallFacts, UpstreamError, UpstreamTimeout, UpstreamUnavailable } from './errors.ts';

const maxCalls = 8;
const maxSuspectCalls = 4;
const maxQueueLength = 10_000;
const maxSuspects = 1000;

/**
 * The way of all report calls to one account's upstream. Its rule, so that broken reports never lock out good ones:
 *
 * - A fault that a single report can cause (5xx, a broken connection, a wrong body, silence) counts against that report
 *   alone. Five in a row open that report's own breaker; no number of broken reports holds back another.
 * - Only a connection that cannot be made says something about all reports; five in a row open the common breaker.
 *   Pulls have a breaker of their own, which no report touches.
 * - A report whose last call failed is a suspect, and suspects hold half the slots at most: reports that hang until
 *   their deadline, call after call, leave the other half to good ones.
 */
export class ReportLane {
  readonly #slots = bulkhead(maxCalls, maxQueueLength);
  readonly #suspectSlots = bulkhead(maxSuspectCalls, maxQueueLength);
  readonly #connecting = new Breaker(
    (error) => error instanceof UpstreamUnavailable && error.reason === 'unreachable',
  );
  /** Breakers of the suspects only, so good reports cost no memory. */
  readonly #suspects = new Map<number, Breaker>();
  #lastAnswerMs = -Infinity;

  /**
   * Runs a call with all its tries when a slot is free. `work` is told how long the upstream has kept it waiting: the
   * time in the queue counts against its deadline, but only since another report was last answered. So a long queue
   * before a live upstream is served to its end, while none waits for longer than the deadline before a dead one.
   * @throws UpstreamUnavailable when too many wait; whatever `work` throws.
   */
  async run<T>(reportId: number, call: CallFacts, work: (waitedMs: number) => Promise<T>): Promise<T> {
    const enteredMs = performance.now();
    const start = () => work(performance.now() - Math.max(enteredMs, this.#lastAnswerMs));
    const takeSlot = () => this.#slots.execute(start);
    try {
      return await (this.#suspects.has(reportId) ? this.#suspectSlots.execute(takeSlot) : takeSlot());
    } catch (cause) {
      if (!isBulkheadRejectedError(cause)) throw cause;
      throw new UpstreamUnavailable({ ...call, reason: 'queue-full' }, { cause });
    }
  }

  /** Runs one try behind the breakers. @throws BreakerOpen when one is open; whatever `work` throws. */
  async attempt<T>(reportId: number, work: () => Promise<T>): Promise<T> {
    const breaker = this.#suspects.get(reportId) ?? new Breaker(isReportFault);
    try {
      const answer = await breaker.execute(() => this.#connecting.execute(work));
      this.#suspects.delete(reportId);
      this.#lastAnswerMs = performance.now();
      return answer;
    } catch (error) {
      if (error instanceof UpstreamError && !(error instanceof UpstreamTimeout))
        this.#lastAnswerMs = performance.now();
      if (isReportFault(error)) this.#suspect(reportId, breaker);
      throw error;
    }
  }

  #suspect(reportId: number, breaker: Breaker): void {
    if (this.#suspects.has(reportId)) return;
    const [oldest] = this.#suspects.keys();
    if (oldest !== undefined && this.#suspects.size >= maxSuspects) this.#suspects.delete(oldest);
    this.#suspects.set(reportId, breaker);
  }
}

function isReportFault(error: unknown): boolean {
  // Being throttled is the account's matter, not the report's.
  if (error instanceof UpstreamUnavailable)
    return error.reason === 'failed' || error.reason === 'disconnected';
  return error instanceof UpstreamError;
}
