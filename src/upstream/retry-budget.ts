const earnedPerCall = 0.1;
const maxTokens = 10;
const firstTokens = 3;

/** A token bucket that keeps retries near 10 % of the calls, so that a dead upstream sees no storm of them. */
export class RetryBudget {
  #tokens = firstTokens;

  /** Every first try earns a tenth of a retry. */
  earn(): void {
    this.#tokens = Math.min(this.#tokens + earnedPerCall, maxTokens);
  }

  /** Whether one more retry could be paid for. */
  canSpend(): boolean {
    return this.#tokens >= 1;
  }

  /** Pays for one retry, or says false. */
  spend(): boolean {
    if (!this.canSpend()) return false;
    this.#tokens -= 1;
    return true;
  }
}
