import { circuitBreaker, type CircuitBreakerPolicy, ConsecutiveBreaker, handleWhen } from 'cockatiel';

const failuresToOpen = 5;
// Short beside the usual 10 s between two pulls, so that the first pull after a recovery finds the way free.
const halfOpenAfterMs = 2000;

/** Makes a breaker that opens after 5 faults in a row, and lets one call try again after 2 s. */
export function createBreaker(isFault: (error: unknown) => boolean): CircuitBreakerPolicy {
  return circuitBreaker(handleWhen(isFault), {
    halfOpenAfter: halfOpenAfterMs,
    breaker: new ConsecutiveBreaker(failuresToOpen),
  });
}
