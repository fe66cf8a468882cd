import { type CallFacts, UpstreamUnavailable } from './errors.ts';
import { readRetryAfter } from './retry-after.ts';

/** Keeps the promise that a `Retry-After` asks for: no call to that account's upstream before its time. */
export class Throttle {
  readonly #now: () => Date;
  #untilMs = 0;

  constructor(now: () => Date) {
    this.#now = now;
  }

  /** How long no call may be made, in ms; 0 when one may. */
  get waitMs(): number {
    return Math.max(0, this.#untilMs - this.#now().getTime());
  }

  /** Takes a `Retry-After` header to heart; of several, the longest counts. Returns its wait in ms, null for none. */
  obey(header: string | null): number | null {
    const waitMs = readRetryAfter(header, this.#now());
    if (waitMs !== null) this.#untilMs = Math.max(this.#untilMs, this.#now().getTime() + waitMs);
    return waitMs;
  }

  /** @throws UpstreamUnavailable while the wait goes beyond `remainingMs`. */
  refuseBeyond(remainingMs: number, call: CallFacts): void {
    const retryAfterMs = this.waitMs;
    if (retryAfterMs > 0 && retryAfterMs >= remainingMs) {
      throw new UpstreamUnavailable({ ...call, reason: 'throttled', retryAfterMs });
    }
  }
}
