import { quoteJson } from './json-value.ts';

/** Which call it was. The path is the endpoint's own, so neither the vendor's host nor a secret in its URL shows. */
export interface CallFacts {
  readonly account: string;
  /** `/messages/current-period` or `/reports/5392`. */
  readonly path: string;
  /** The body's content-encoding when nobody knows it: what is wrong with such a body may be just that. */
  readonly unknownCoding?: string | null;
  /** What the system said, such as `connect ECONNREFUSED 10.0.0.7:443`: for the log alone. */
  readonly detail?: string;
}

/** A call to the upstream that brought no usable answer. One of the kinds below; never shown to clients. */
export class UpstreamError extends Error {
  override readonly name: string = 'UpstreamError';
  readonly account: string;
  readonly path: string;
  /** What was wrong, such as `no connection could be made`; nothing of the vendor's host or a secret. */
  readonly problem: string;
  /** The problem with what the system said: for the log alone. */
  readonly words: string;

  constructor(problem: string, facts: CallFacts, options?: ErrorOptions) {
    const words = facts.detail === undefined ? problem : `${problem} (${facts.detail})`;
    super(`Upstream call ${facts.path} of account ${JSON.stringify(facts.account)}: ${words}`, options);
    this.words = words;
    this.account = facts.account;
    this.path = facts.path;
    this.problem = problem;
  }
}

/** The upstream was waited for as long as was allowed. */
export class UpstreamTimeout extends UpstreamError {
  override readonly name = 'UpstreamTimeout';
  /** How long the last wait was allowed to be. */
  readonly timeoutMs: number;

  constructor(facts: CallFacts & { readonly timeoutMs: number }, options?: ErrorOptions) {
    super(`no answer within ${Math.round(facts.timeoutMs)} ms`, facts, options);
    this.timeoutMs = facts.timeoutMs;
  }
}

const unavailableProblems = {
  unreachable: 'no connection could be made',
  disconnected: 'the connection broke',
  failed: 'the upstream failed',
  throttled: 'the upstream asks for fewer calls',
  'breaker-open': 'not asked, since it failed again and again just now',
  'queue-full': 'not asked, since too many calls wait already',
  closed: 'the client is closed',
} as const;

/** What kept the upstream from answering. */
export type UnavailableReason = keyof typeof unavailableProblems;

/** The upstream cannot answer now, or must not be asked now. It may later. */
export class UpstreamUnavailable extends UpstreamError {
  override readonly name = 'UpstreamUnavailable';
  readonly reason: UnavailableReason;
  /** The HTTP status, or null when there was no response. */
  readonly status: number | null;
  /** How long the upstream wants no calls, from when this was thrown; null when it did not say. */
  readonly retryAfterMs: number | null;

  constructor(
    facts: CallFacts & {
      readonly reason: UnavailableReason;
      readonly status?: number;
      readonly retryAfterMs?: number | null;
    },
    options?: ErrorOptions,
  ) {
    const status = facts.status === undefined ? '' : ` (status ${facts.status})`;
    super(`${unavailableProblems[facts.reason]}${status}`, facts, options);
    this.reason = facts.reason;
    this.status = facts.status ?? null;
    this.retryAfterMs = facts.retryAfterMs ?? null;
  }
}

/** The upstream answered with a status that asking again will not change: a redirect or a 4xx. */
export class UpstreamRefusal extends UpstreamError {
  override readonly name = 'UpstreamRefusal';
  readonly status: number;

  /** @param facts `target`: where a redirect leads to that was not followed; null when it was none */
  constructor(
    facts: CallFacts & { readonly status: number; readonly target?: string | null },
    options?: ErrorOptions,
  ) {
    const { status, target = null } = facts;
    super(
      `it answered with status ${status}${target === null ? '' : `, which leads to ${target}`}`,
      facts,
      options,
    );
    this.status = facts.status;
  }
}

/** The upstream answered, but not with what its contract says. */
export class InvalidResponse extends UpstreamError {
  override readonly name = 'InvalidResponse';
  /** What was wrong, such as `credit_cost: must not be negative, but is -1`. */
  override readonly problem: string;

  constructor(facts: CallFacts & { readonly problem: string }, options?: ErrorOptions) {
    const { unknownCoding = null } = facts;
    const coding =
      unknownCoding === null ? '' : `; its content-encoding ${quoteJson(unknownCoding)} is unknown`;
    const problem = `${facts.problem}${coding}`;
    super(`invalid response: ${problem}`, facts, options);
    this.problem = problem;
  }
}

/** The decoded body is longer than is accepted. */
export class ResponseTooLarge extends UpstreamError {
  override readonly name = 'ResponseTooLarge';
  readonly maxBytes: number;

  constructor(facts: CallFacts & { readonly maxBytes: number }, options?: ErrorOptions) {
    super(`the response is larger than ${facts.maxBytes} bytes`, facts, options);
    this.maxBytes = facts.maxBytes;
  }
}

/** The account's id cannot stand where `UPSTREAM_URL` has its `{account}`. */
export class UnaddressableAccount extends UpstreamError {
  override readonly name = 'UnaddressableAccount';

  constructor(facts: CallFacts, options?: ErrorOptions) {
    super('the account id does not fit into the upstream URL', facts, options);
  }
}
