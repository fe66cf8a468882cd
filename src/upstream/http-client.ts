import { Agent, type Dispatcher } from 'undici';
import type { Address } from './address.ts';
import { nameConnectionFault } from './connection-fault.ts';
import type { CallFacts } from './errors.ts';
import { isKnownCoding, readBody } from './response-body.ts';

/** A response whose body is still to be read. Aborting the call's signal gives it up at any time. */
export interface HttpResponse {
  readonly status: number;
  /** The header as it came, or null. */
  readonly retryAfter: string | null;
  /** The body's content-encoding when it is one that nobody here knows: the body is handed out as it came. */
  readonly unknownCoding: string | null;
  /** The decompressed body. Only once. @throws as `readBody` does. */
  readBody(maxBytes: number): AsyncGenerator<Uint8Array, void, undefined>;
  /** Reads past a short body, so that its connection serves the next call; drops the connection of a long one. */
  discard(): Promise<void>;
}

/** Sends GET requests on kept-alive connections. No redirects, no cookies, no timeouts of its own but to connect. */
export interface HttpClient {
  /** Resolves when the headers are there. @throws UpstreamUnavailable, or the signal's reason. */
  get(call: CallFacts, address: Address, signal: AbortSignal): Promise<HttpResponse>;
  /** Destroys all connections at once; calls under way fail. */
  close(): Promise<void>;
}

/**
 * For each origin, which accounts may share: 56 pulls at once, each with its list and 8 reports, find one. Were there
 * fewer, accounts that hang would hold those that others need.
 */
const maxConnections = 512;
const keepAliveMs = 30_000;
const discardedBytes = 64 * 1024;

/** Makes a client. Connecting may take `connectTimeoutMs` of a call's time. */
export function createHttpClient(options: { readonly connectTimeoutMs: number }): HttpClient {
  const agent = new Agent({
    connections: maxConnections,
    connect: { timeout: options.connectTimeoutMs },
    keepAliveTimeout: keepAliveMs,
    // The call's deadline is the only clock: these two would count the time in which a reader works on a batch.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  return {
    async get(call, address, signal) {
      try {
        const response = await agent.request({
          origin: address.origin,
          path: address.requestPath,
          method: 'GET',
          headers: createHeaders(address),
          signal,
        });
        return wrapResponse(response, call);
      } catch (cause) {
        throw nameConnectionFault(cause, call);
      }
    },
    close: () => agent.destroy(),
  };
}

function createHeaders(address: Address): Record<string, string> {
  const headers = { accept: 'application/json', 'accept-encoding': 'gzip' };
  return address.authorization === null ? headers : { ...headers, authorization: address.authorization };
}

function wrapResponse(response: Dispatcher.ResponseData, call: CallFacts): HttpResponse {
  const { statusCode, headers, body } = response;
  const coding = firstValue(headers['content-encoding'])?.trim().toLowerCase() ?? '';
  return {
    status: statusCode,
    retryAfter: firstValue(headers['retry-after']),
    unknownCoding: isKnownCoding(coding) ? null : coding,
    readBody: (maxBytes) => readBody(body, coding, { ...call, maxBytes }),
    discard: () => body.dump({ limit: discardedBytes }),
  };
}

function firstValue(header: string | string[] | undefined): string | null {
  return (Array.isArray(header) ? header[0] : header) ?? null;
}
