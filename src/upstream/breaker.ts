import {
  circuitBreaker,
  type CircuitBreakerPolicy,
  ConsecutiveBreaker,
  handleWhen,
  isBrokenCircuitError,
} from 'cockatiel';

const failuresToOpen = 5;
// Short beside the usual 10 s between two pulls, so that the first pull after a recovery finds the way free.
const halfOpenAfterMs = 2000;

/** Opens after 5 faults in a row, and lets one call try again after 2 s. */
export class Breaker {
  readonly #policy: CircuitBreakerPolicy;

  constructor(isFault: (error: unknown) => boolean) {
    this.#policy = circuitBreaker(handleWhen(isFault), {
      halfOpenAfter: halfOpenAfterMs,
      breaker: new ConsecutiveBreaker(failuresToOpen),
    });
  }

  /** @throws BreakerOpen; whatever `work` throws */
  async execute<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await this.#policy.execute(work);
    } catch (error) {
      if (!isBrokenCircuitError(error)) throw error;
      const { lastFailure } = this.#policy;
      throw new BreakerOpen({
        cause: lastFailure !== undefined && 'error' in lastFailure ? lastFailure.error : error,
      });
    }
  }
}

/** Nothing was asked, since a breaker is open. The cause is the fault that it met last. */
export class BreakerOpen extends Error {
  constructor(options: ErrorOptions) {
    super('the breaker is open', options);
    this.name = 'BreakerOpen';
  }
}
