import { type CallFacts, UpstreamTimeout } from './errors.ts';

/**
 * The time that one call may wait for the upstream, with all its tries. Only what passes inside `wait` counts, so a
 * reader that works on a batch for long does not use it up. Waits may nest: the outermost is the one that counts.
 */
export class Deadline {
  readonly #call: CallFacts;
  readonly #timeoutMs: number;
  #spentMs: number;
  #openWaits = 0;
  #waitingSinceMs = 0;

  /** `spentMs` of the time are over already. */
  constructor(call: CallFacts, timeoutMs: number, spentMs = 0) {
    this.#call = call;
    this.#timeoutMs = timeoutMs;
    this.#spentMs = spentMs;
  }

  /** What is left; 0 or less when the deadline has struck. */
  get remainingMs(): number {
    // A monotonic clock: the wall clock may jump.
    const openMs = this.#openWaits > 0 ? performance.now() - this.#waitingSinceMs : 0;
    return this.#timeoutMs - this.#spentMs - openMs;
  }

  /** The error to throw when nothing is left before a wait could begin. */
  strike(): UpstreamTimeout {
    return new UpstreamTimeout({ ...this.#call, timeoutMs: this.#timeoutMs });
  }

  /**
   * Waits for `work`, for what is left and no longer than `limitMs`. It does not stop the work: the caller aborts it.
   * @throws UpstreamTimeout when the time is over first; whatever `work` throws otherwise.
   */
  async wait<T>(work: Promise<T>, limitMs = Infinity): Promise<T> {
    const allowedMs = Math.max(0, Math.min(limitMs, this.remainingMs));
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      // After a stalled event loop, an answer may lie in the socket unread: it is given one turn before the verdict.
      setImmediate(() => late.reject(new UpstreamTimeout({ ...this.#call, timeoutMs: allowedMs })));
    }, allowedMs);
    if (this.#openWaits++ === 0) this.#waitingSinceMs = performance.now();
    try {
      return await Promise.race([work, late.promise]);
    } finally {
      clearTimeout(timer);
      if (--this.#openWaits === 0) this.#spentMs += performance.now() - this.#waitingSinceMs;
    }
  }
}
