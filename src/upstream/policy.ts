import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../telemetry/log.ts';
import { BreakerOpen } from './breaker.ts';
import type { Deadline } from './deadline.ts';
import { type CallFacts, UpstreamError, UpstreamTimeout, UpstreamUnavailable } from './errors.ts';
import type { RetryBudget } from './retry-budget.ts';
import type { Throttle } from './throttle.ts';

const maxTries = 3;
const baseDelayMs = 100;
const maxDelayMs = 1000;
// Of the whole deadline, so that a first try met by silence leaves time for one more, and a slow answer still counts.
const firstTryShare = 0.8;

/** What one try may use. */
export interface TryLimits {
  /** How long it may wait for the response's headers. A body that has begun may use all that is left. */
  readonly headersMs: number;
  readonly abort: AbortController;
}

/** A call that may be tried more than once. */
export interface RetriedCall<T> {
  readonly call: CallFacts;
  readonly deadline: Deadline;
  readonly budget: RetryBudget;
  readonly throttle: Throttle;
  /** Makes one try behind its breakers. When it fails, its `abort` is called, so that nothing of it stays open. */
  readonly attempt: (limits: TryLimits) => Promise<T>;
  /** Ends all waiting, when the client closes. */
  readonly closing: AbortSignal;
  readonly random: () => number;
  readonly log: Log;
}

/**
 * Tries until there is an answer: three times at most, within the deadline, the retry budget and what `Retry-After`
 * asks for, with full jitter between the tries.
 * @throws UpstreamError the last failure; a breaker that opens on the way does not hide what opened it.
 */
export async function tryCall<T>(options: RetriedCall<T>): Promise<T> {
  const { call, deadline, budget, throttle, random, log } = options;
  budget.earn();
  for (let tryNumber = 1, failure: UpstreamError | null = null; ; tryNumber++) {
    await awaitThrottle(options);
    if (deadline.remainingMs <= 0) throw failure ?? deadline.strike();
    const keepTime = tryNumber === 1 && budget.canSpend();
    const headersMs = deadline.remainingMs * (keepTime ? firstTryShare : 1);
    const abort = new AbortController();
    try {
      return await deadline.wait(options.attempt({ headersMs, abort }));
    } catch (error) {
      abort.abort(error);
      if (error instanceof BreakerOpen) throw failure ?? notAsked(call, error);
      if (!isRetryable(error) || tryNumber === maxTries) throw error;
      failure = error;
    }
    const delayMs = random() * Math.min(maxDelayMs, baseDelayMs * 2 ** (tryNumber - 1));
    if (Math.max(delayMs, throttle.waitMs) >= deadline.remainingMs || !budget.spend()) throw failure;
    log.debug(
      { account: call.account, path: call.path, tryNumber, err: failure },
      'upstream call is tried again',
    );
    await pause(delayMs, options);
  }
}

function notAsked(call: CallFacts, { cause }: BreakerOpen): UpstreamUnavailable {
  const facts = cause instanceof UpstreamError ? { ...call, detail: `the last time: ${cause.words}` } : call;
  return new UpstreamUnavailable({ ...facts, reason: 'breaker-open' }, { cause });
}

async function awaitThrottle<T>(options: RetriedCall<T>): Promise<void> {
  const { call, deadline, throttle } = options;
  // Again and again, as another call may be told to wait for longer meanwhile.
  while (throttle.waitMs > 0) {
    throttle.refuseBeyond(deadline.remainingMs, call);
    await pause(throttle.waitMs, options);
  }
}

async function pause<T>(delayMs: number, { call, deadline, closing }: RetriedCall<T>): Promise<void> {
  try {
    await deadline.wait(sleep(delayMs, undefined, { signal: closing }));
  } catch (cause) {
    if (closing.aborted) throw new UpstreamUnavailable({ ...call, reason: 'closed' }, { cause });
    throw cause;
  }
}

// A wrong body or a refusal would come again; an upstream that is down, busy or silent may recover.
function isRetryable(error: unknown): error is UpstreamTimeout | UpstreamUnavailable {
  if (error instanceof UpstreamUnavailable) return error.reason !== 'closed';
  return error instanceof UpstreamTimeout;
}
