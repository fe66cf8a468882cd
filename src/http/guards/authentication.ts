import type { IncomingHttpHeaders } from 'node:http';

import type { FastifyInstance, FastifyRequest } from 'fastify';

import type { Log } from '../../telemetry/log.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import { addAccounts, anonymousAccount, type Caller } from './account.ts';
import { CredentialRefused } from './credential-refused.ts';
import { type ApiKey, type ApiKeyLookup, createApiKeyLookup } from './api-keys.ts';
import { isCalledByOwnName } from './host-check.ts';
import {
  createTokenVerifier,
  type FetchKeys,
  JwtKeysUnavailable,
  type JwtSettings,
  type TokenVerifier,
} from './jwt.ts';
import type { RateLimiter } from './rate-limit.ts';
import { Refusal, unauthenticated } from '../refusal.ts';

/** Which credentials are accepted; at least one kind. */
export interface AuthenticationSettings {
  readonly jwt: JwtSettings | null;
  /** Null: API keys are not looked at. */
  readonly apiKeys: readonly ApiKey[] | null;
}

/** What the authentication works with. */
export interface AuthenticationOptions {
  /** Null: everybody is the one anonymous account. */
  readonly authentication: AuthenticationSettings | null;
  /** Whether a browser that opens `/graphql` gets a page rather than an answer. */
  readonly introspection: boolean;
  /** Counts a refused credential; throws when there were too many. */
  readonly countRefusal: RateLimiter;
  /** Gets the keys of `JWT_JWKS_URL`. */
  readonly fetchKeys: FetchKeys;
  readonly metrics: Metrics;
  readonly now: () => Date;
  readonly log: Log;
}

/** Makes a request the account's whose credential stands in some headers. @throws Refusal when none does */
export type Identify = (request: FastifyRequest, headers: IncomingHttpHeaders) => Promise<void>;

/**
 * Gives every request its account, or refuses it. An API key counts before a token. Routes are closed unless their
 * config says `open`; a WebSocket may tell its credential in its first message.
 */
export function addAuthentication(app: FastifyInstance, options: AuthenticationOptions): Identify {
  const { authentication, introspection, countRefusal, metrics, log } = options;
  addAccounts(app);
  if (authentication === null) {
    app.addHook('onRequest', (request, _reply, done) => {
      request.knownAccount = anonymousAccount;
      // Others who reach this machine by a name of its own may read, as was wished for, but change nothing.
      request.mayWrite = isCalledByOwnName(request);
      done();
    });
    return async () => {};
  }
  const lookup = authentication.apiKeys === null ? null : createApiKeyLookup(authentication.apiKeys);
  const verify = authentication.jwt === null ? null : createTokenVerifier(authentication.jwt, options);
  const identify: Identify = async (request, headers) => {
    try {
      const caller = await findCaller(headers, { lookup, verify });
      request.knownAccount = caller.account;
      request.mayWrite = caller.mayWrite;
      request.credentialEndsMs = caller.endsMs;
    } catch (error) {
      if (error instanceof JwtKeysUnavailable) {
        log.error({ err: error }, 'tokens cannot be checked');
        throw keysUnavailable(error);
      }
      if (!(error instanceof CredentialRefused)) throw error;
      metrics.refusedCredentials.inc({ reason: error.reason });
      log.debug({ reason: error.reason, detail: String(error.cause) }, 'a credential was refused');
      await countRefusal(request);
      throw unauthenticated();
    }
  };
  app.addHook('onRequest', async (request) => {
    if (request.is404 || request.routeOptions.config.open === true) return;
    // No query runs for a page, and nothing on a WebSocket before its first message has told a credential.
    if (introspection && isPageVisit(request)) return;
    if (request.ws && !hasCredential(request.headers)) return;
    await identify(request, request.headers);
  });
  return identify;
}

function hasCredential(headers: IncomingHttpHeaders): boolean {
  return headers['x-api-key'] !== undefined || headers.authorization !== undefined;
}

/** @throws CredentialRefused, JwtKeysUnavailable */
async function findCaller(
  headers: IncomingHttpHeaders,
  { lookup, verify }: { readonly lookup: ApiKeyLookup | null; readonly verify: TokenVerifier | null },
): Promise<Caller> {
  const key = headers['x-api-key'];
  if (lookup !== null && key !== undefined) {
    const caller = typeof key === 'string' ? lookup(key) : null;
    if (caller === null) throw new CredentialRefused({ reason: 'unknown_api_key' });
    return caller;
  }
  const [, token] = /^Bearer +([\w.~+/=-]+)$/i.exec(headers.authorization ?? '') ?? [];
  if (verify === null || token === undefined) {
    const reason = headers.authorization === undefined ? 'missing' : 'no_bearer_token';
    throw new CredentialRefused({ reason });
  }
  return verify(token);
}

/** A browser that opens `/graphql` cannot send a credential. It gets Sandbox, which can; no query runs for a page. */
export function isPageVisit({ method, headers, routeOptions }: FastifyRequest): boolean {
  return (
    method === 'GET' && routeOptions.url === '/graphql' && (headers.accept ?? '').startsWith('text/html')
  );
}

function keysUnavailable(cause: JwtKeysUnavailable): Refusal {
  return new Refusal(
    {
      status: 503,
      code: 'INTERNAL_SERVER_ERROR',
      message: 'Credentials cannot be checked at the moment. Try again soon.',
      headers: { 'retry-after': '5' },
    },
    { cause },
  );
}
