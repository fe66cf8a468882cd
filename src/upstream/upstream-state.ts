import { Breaker } from './breaker.ts';
import { UpstreamTimeout, UpstreamUnavailable } from './errors.ts';
import { ReportLane } from './report-lane.ts';
import { RetryBudget } from './retry-budget.ts';
import { Throttle } from './throttle.ts';

/** What the client remembers about one account's upstream between calls. */
export interface UpstreamState {
  readonly budget: RetryBudget;
  readonly throttle: Throttle;
  /** Opens when pulls find no connection, 5xx or silence. A wrong body does not count: an upstream that answers is not down. */
  readonly messagesBreaker: Breaker;
  readonly reports: ReportLane;
  /** Calls under way. */
  openCalls: number;
}

/** The states of all accounts' upstreams, of which the least recently used idle ones are forgotten. */
export class UpstreamStates {
  readonly #now: () => Date;
  readonly #maxStates: number;
  readonly #states = new Map<string, UpstreamState>();

  constructor(now: () => Date, maxStates = 10_000) {
    this.#now = now;
    this.#maxStates = maxStates;
  }

  /** The state of one upstream, fresh when it is not known. */
  get(upstreamKey: string): UpstreamState {
    const state = this.#states.get(upstreamKey) ?? this.#createState();
    // A Map keeps the order of insertion: the last one used goes to its end.
    this.#states.delete(upstreamKey);
    this.#states.set(upstreamKey, state);
    if (this.#states.size > this.#maxStates) this.#forgetIdle(upstreamKey);
    return state;
  }

  #forgetIdle(newestKey: string): void {
    for (const [key, state] of this.#states) {
      if (this.#states.size <= this.#maxStates) return;
      // One in use bounds its calls, and one that is throttled must keep its promise.
      const isIdle = key !== newestKey && state.openCalls === 0 && state.throttle.waitMs === 0;
      if (isIdle) this.#states.delete(key);
    }
  }

  #createState(): UpstreamState {
    return {
      budget: new RetryBudget(),
      throttle: new Throttle(this.#now),
      messagesBreaker: new Breaker(isOutage),
      reports: new ReportLane(),
      openCalls: 0,
    };
  }
}

function isOutage(error: unknown): boolean {
  if (error instanceof UpstreamUnavailable) return error.reason !== 'throttled' && error.reason !== 'closed';
  return error instanceof UpstreamTimeout;
}
