import type { Dispatcher } from 'undici';
import type { Address } from './address.ts';
import { nameConnectionFault } from './connection-fault.ts';
import type { CallFacts } from './errors.ts';
import { createAgent, noProxies, type Proxies } from './proxies.ts';
import type { RequestHeaders } from './request-headers.ts';
import { isKnownCoding, readBody } from './response-body.ts';

/** A response whose body is still to be read. Aborting the call's signal gives it up at any time. */
export interface HttpResponse {
  readonly status: number;
  /** Where it leads to, when it is a redirect that was not followed, without what may be a secret; or null. */
  readonly redirectTarget: string | null;
  /** The header as it came, or null. */
  readonly retryAfter: string | null;
  /** The body's content-encoding when it is one that nobody here knows: the body is handed out as it came. */
  readonly unknownCoding: string | null;
  /** `ETag` and `Last-Modified` as they came, or null. */
  readonly etag: string | null;
  readonly lastModified: string | null;
  /** The decompressed body. Only once. @throws as `readBody` does. */
  readBody(maxBytes: number): AsyncGenerator<Uint8Array, void, undefined>;
  /** Reads past a short body, so that its connection serves the next call; drops the connection of a long one. */
  discard(): Promise<void>;
}

/** What one request brings along. */
export interface HttpRequest {
  readonly signal: AbortSignal;
  /** The headers of a conditional request. */
  readonly validators?: Readonly<Record<string, string>>;
}

/** Sends GET requests on kept-alive connections. Follows one redirect to the same origin. No cookies, no timeouts of its own but to connect. */
export interface HttpClient {
  /** Resolves when the headers are there. @throws UpstreamUnavailable, or the signal's reason. */
  get(call: CallFacts, address: Address, request: HttpRequest): Promise<HttpResponse>;
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

/** What a client works with. */
export interface HttpClientOptions {
  readonly connectTimeoutMs: number;
  /** Left out: none. */
  readonly proxies?: Proxies;
  /** Sent with each call. Left out: none. */
  readonly headers?: RequestHeaders;
}

/** Makes a client. Connecting may take `connectTimeoutMs` of a call's time. */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const { proxies = noProxies, headers = {} } = options;
  const agents = new Map<string, Dispatcher>();
  const agentOf = (origin: string): Dispatcher => {
    const scheme = origin.startsWith('https:') ? 'https' : 'http';
    const agent = agents.get(scheme) ?? createAgent(scheme, proxies, agentOptions);
    agents.set(scheme, agent);
    return agent;
  };
  const agentOptions = {
    connections: maxConnections,
    connectMs: options.connectTimeoutMs,
    keepAliveTimeout: keepAliveMs,
    // The call's deadline is the only clock: these two would count the time in which a reader works on a batch.
    headersTimeout: 0,
    bodyTimeout: 0,
  };
  return {
    async get(call, address, { signal, validators = {} }) {
      try {
        const agent = agentOf(address.origin);
        const { origin, requestPath } = address;
        const request = {
          origin,
          method: 'GET',
          headers: { ...createHeaders(headers, address, call), ...validators },
          signal,
        } as const;
        const response = await agent.request({ ...request, path: requestPath });
        const target = readRedirect(response, origin + requestPath);
        if (target?.origin !== origin) return wrapResponse(response, call, target);
        await response.body.dump({ limit: discardedBytes });
        const next = await agent.request({ ...request, path: target.pathname + target.search });
        return wrapResponse(next, call, readRedirect(next, target.href));
      } catch (cause) {
        throw nameConnectionFault(cause, call);
      }
    },
    async close() {
      await Promise.all([...agents.values()].map((agent) => agent.destroy()));
    },
  };
}

function createHeaders(own: RequestHeaders, { authorization }: Address, call: CallFacts): RequestHeaders {
  const placed = Object.entries(own).map(([name, value]) => [name, placeAccount(value, call)]);
  return {
    accept: 'application/json',
    ...(authorization === null ? {} : { authorization }),
    ...Object.fromEntries(placed),
    'accept-encoding': 'gzip',
  };
}

function placeAccount(value: string, { account }: CallFacts): string {
  return value.replaceAll('{account}', () => account);
}

const redirects: ReadonlySet<number> = new Set([301, 302, 307, 308]);

function readRedirect({ statusCode, headers }: Dispatcher.ResponseData, from: string): URL | null {
  const location = firstValue(headers['location']);
  return redirects.has(statusCode) && location !== null ? URL.parse(location, from) : null;
}

function wrapResponse(response: Dispatcher.ResponseData, call: CallFacts, target: URL | null): HttpResponse {
  const { statusCode, headers, body } = response;
  const coding = firstValue(headers['content-encoding'])?.trim().toLowerCase() ?? '';
  return {
    status: statusCode,
    redirectTarget: target === null ? null : target.origin + target.pathname,
    retryAfter: firstValue(headers['retry-after']),
    unknownCoding: isKnownCoding(coding) ? null : coding,
    etag: firstValue(headers['etag']),
    lastModified: firstValue(headers['last-modified']),
    readBody: (maxBytes) => readBody(body, coding, { ...call, maxBytes }),
    discard: () => body.dump({ limit: discardedBytes }),
  };
}

function firstValue(header: string | string[] | undefined): string | null {
  return (Array.isArray(header) ? header[0] : header) ?? null;
}
