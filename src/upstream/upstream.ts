import type { Report } from '../billing/report.ts';
import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { locateCall } from './address.ts';
import { Deadline } from './deadline.ts';
import { type Exchange, requestMessages, requestReport } from './exchange.ts';
import { createHttpClient } from './http-client.ts';
import { ListCheck } from './list-check.ts';
import type { MessageBatch } from './message-list.ts';
import type { Proxies } from './proxies.ts';
import type { RequestHeaders } from './request-headers.ts';
import { tryCall, type TryLimits } from './policy.ts';
import { RoundedCostLog } from './rounded-cost-log.ts';
import { type UpstreamState, UpstreamStates } from './upstream-state.ts';

export type { InvalidMessage } from './message-json.ts';
export type { MessageBatch } from './message-list.ts';

/** The vendor's API, for all accounts. */
export interface Upstream {
  /**
   * Streams the current period in the upstream's order, in batches of at most 1,000.
   * @throws UpstreamError when the body is not whole, not such a list, too large or too slow, even after some batches:
   * the caller must then record nothing.
   * @param check what the caller knows of the list, and where it finds out whether that still holds.
   */
  readMessages(account: string, check?: ListCheck): AsyncIterable<MessageBatch>;
  /**
   * The report, or null when the upstream says 404. At most 8 report calls are open at once for each account's
   * upstream, for all callers together; the others queue.
   * @throws UpstreamError
   */
  readReport(account: string, reportId: number): Promise<Report | null>;
  /** Destroys all connections; calls under way fail. */
  close(): Promise<void>;
}

/** What an upstream client needs. */
export interface UpstreamOptions {
  /** `{account}` in it is replaced by the account's id, percent-encoded. It may end with `/`, have a path and a query. */
  readonly baseUrl: string;
  /**
   * Deadline of one call with all its tries. For messages, it bounds the time spent waiting for the upstream: the time
   * in which the reader works on a batch does not count.
   */
  readonly timeoutMs: number;
  /** Sent with each call; `{account}` in a value is replaced by the account's id. Left out: none. */
  readonly headers?: RequestHeaders;
  /** Left out: none. */
  readonly proxies?: Proxies;
  /** The largest body of messages, decompressed. */
  readonly maxBytes: number;
  /** How much of a list's body may lie in memory, so that a known list need not be decoded; 32 MiB unless told otherwise. */
  readonly maxKeptBytes?: number;
  readonly log: Log;
  readonly metrics: Metrics;
  /** The wall clock that `Retry-After` is read by. */
  readonly now?: () => Date;
  /** From 0 to 1, for the jitter between tries. */
  readonly random?: () => number;
}

/** Makes a client for the vendor's API: deadline, retries, breakers and decoding included. */
export function createUpstream(options: UpstreamOptions): Upstream {
  const {
    baseUrl,
    timeoutMs,
    maxBytes,
    maxKeptBytes = 32 * 2 ** 20,
    log,
    metrics,
    now = () => new Date(),
    random = Math.random,
  } = options;
  // A third of the deadline, so that a lost connection attempt leaves time for another.
  const http = createHttpClient({ ...options, connectTimeoutMs: Math.ceil(timeoutMs / 3) });
  const states = new UpstreamStates(now);
  const roundedCosts = new RoundedCostLog(log);
  const closing = new AbortController();

  async function* readMessages(
    account: string,
    check = new ListCheck(null),
  ): AsyncGenerator<MessageBatch, void, undefined> {
    const call = { account, path: '/messages/current-period' };
    const address = locateCall(baseUrl, call);
    const state = states.get(address.upstreamKey);
    const exchange = {
      call,
      address,
      http,
      throttle: state.throttle,
      deadline: new Deadline(call, timeoutMs),
    };
    state.openCalls += 1;
    try {
      const list = await tryAgain(state, exchange, (limits) =>
        state.messagesBreaker.execute(() =>
          requestMessages({ ...exchange, ...limits, check, maxBytes, maxKeptBytes }),
        ),
      );
      try {
        yield* list.batches;
      } finally {
        // Frees the socket also when the reader stops early.
        list.abort.abort();
      }
      metrics.upstreamCalls.inc({ endpoint: 'messages', outcome: 'ok' });
    } catch (error) {
      metrics.upstreamCalls.inc({ endpoint: 'messages', outcome: 'failed' });
      throw error;
    } finally {
      state.openCalls -= 1;
    }
  }

  async function readReport(account: string, reportId: number): Promise<Report | null> {
    const call = { account, path: `/reports/${reportId}` };
    const address = locateCall(baseUrl, call);
    const state = states.get(address.upstreamKey);
    state.openCalls += 1;
    try {
      const decoded = await state.reports.run(reportId, call, (waitedMs) => {
        const deadline = new Deadline(call, timeoutMs, waitedMs);
        const exchange = { call, address, http, throttle: state.throttle, deadline };
        return tryAgain(state, exchange, (limits) =>
          state.reports.attempt(reportId, () => requestReport({ ...exchange, ...limits, reportId })),
        );
      });
      metrics.upstreamCalls.inc({ endpoint: 'report', outcome: decoded === null ? 'not_found' : 'ok' });
      if (decoded === null) return null;
      roundedCosts.note(account, decoded);
      return decoded.report;
    } catch (error) {
      metrics.upstreamCalls.inc({ endpoint: 'report', outcome: 'failed' });
      throw error;
    } finally {
      state.openCalls -= 1;
    }
  }

  function tryAgain<T>(
    { budget, throttle }: UpstreamState,
    { call, deadline }: Exchange,
    attempt: (limits: TryLimits) => Promise<T>,
  ): Promise<T> {
    return tryCall({ call, deadline, budget, throttle, attempt, closing: closing.signal, random, log });
  }

  return {
    readMessages,
    readReport,
    async close() {
      closing.abort();
      await http.close();
    },
  };
}
