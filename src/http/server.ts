import { fastify, type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';

import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { FetchKeys } from './guards/jwt.ts';
import { addAuthentication, type AuthenticationSettings } from './guards/authentication.ts';
import { addCompression } from './compression.ts';
import { addCors } from './guards/cors.ts';
import { addCrossSiteCheck } from './guards/cross-site.ts';
import { addCsvEndpoint } from './usage/csv.ts';
import { addGraphQLEndpoint, type GraphQLEndpointOptions } from './graphql/graphql-endpoint.ts';
import { addDashboard } from './dashboard.ts';
import { endConnectionsOnClose } from './end-connections.ts';
import { addGraphiQL } from './graphql/graphiql.ts';
import { addHealthEndpoints } from './health.ts';
import { addHostCheck } from './guards/host-check.ts';
import { addMetricsEndpoint } from './metrics-endpoint.ts';
import { addOverloadProtection, type OverloadLimits } from './guards/overload.ts';
import { createRefusalLimiter, createRequestLimiter, type RateLimits } from './guards/rate-limit.ts';
import { type Failure, toFailure } from '../usage/failures.ts';
import { Refusal, sendFailure } from './refusal.ts';
import { addRestEndpoint } from './usage/rest.ts';
import { addSecurityHeaders } from './guards/security-headers.ts';
import { registerWebSockets } from './graphql/streams/websocket.ts';
import type { StreamGuards } from './graphql/streams/streams.ts';
import { watchMethods } from './wrong-methods.ts';
import { createAnswerCache } from './graphql/answer-cache.ts';

/** What the HTTP server works with. */
export interface ServerOptions
  extends Omit<GraphQLEndpointOptions, 'answers'>, Omit<StreamGuards, 'identify' | 'countRequest'> {
  /** Memory for answers that were given before; 0 keeps none. */
  readonly answerCacheBytes: number;
  /** Whether only this machine may ask, by its own names. */
  readonly localOnly: boolean;
  /** Web pages of these origins may call the service. `https://*.example.com` stands for all subdomains. */
  readonly corsOrigins: readonly string[];
  /** Null: everybody is the one anonymous account. */
  readonly authentication: AuthenticationSettings | null;
  /** Gets the keys of `JWT_JWKS_URL`. */
  readonly fetchKeys: FetchKeys;
  readonly rateLimits: RateLimits;
  /** The largest request body, and the largest message of a WebSocket. */
  readonly bodyMaxBytes: number;
  readonly overloadLimits: OverloadLimits;
  /** Learns of each request whose account came from a credential. */
  readonly noteAsk: (account: string) => void;
  readonly unreadyReason: () => Promise<string | null>;
  readonly metrics: Metrics;
  readonly now: () => Date;
  readonly log: Log;
}

// The hosted Sandbox and Studio, and the Sandbox that the landing page embeds.
const sandboxOrigins = ['https://studio.apollographql.com', 'https://sandbox.embed.apollographql.com'];

/** Builds the HTTP server; the caller makes it listen. */
export async function createServer(options: ServerOptions): Promise<FastifyInstance> {
  const { authentication, bodyMaxBytes, rateLimits, noteAsk, log } = options;
  // Named, so that the server's type does not depend on the logger's. A child, whose level is the server's alone.
  const loggerInstance: FastifyBaseLogger = log.child({});
  const app = fastify({
    loggerInstance,
    // Every request would be two lines; failures are logged where they happen.
    logController: new LogController({ disableRequestLogging: true }),
    // Kept-alive connections without a request end at once when the server closes.
    forceCloseConnections: 'idle',
    bodyLimit: bodyMaxBytes,
    routerOptions: { ignoreTrailingSlash: true },
    ...patience,
    // What is no URL meets no error handler.
    frameworkErrors: (error, request, reply) => void sendFailure(request, reply, toHttpFailure(error)),
  });
  app.setErrorHandler((error, request, reply) => {
    const known = error instanceof Refusal ? error.failure : toFailure(error);
    const failure = known ?? toHttpFailure(error);
    const facts = { err: error, path: request.routeOptions.url };
    if (known?.logged === true) log.warn(facts, 'request failed');
    else if (known === null && failure.status >= 500) log.error(facts, 'request failed');
    return sendFailure(request, reply, failure);
  });
  app.setNotFoundHandler((request, reply) => sendFailure(request, reply, nothingHere));

  // A POST is JSON: what is not cannot come of a form, or of a script that needs no leave.
  app.removeContentTypeParser('text/plain');
  endConnectionsOnClose(app);
  const refuseWrongMethods = watchMethods(app);
  await addCompression(app);
  // First of all: what is refused for want of time must not cost any.
  await addOverloadProtection(app, options.overloadLimits);
  // Before the hooks that ask whether a request is to become a WebSocket.
  await registerWebSockets(app, { maxMessageBytes: bodyMaxBytes });
  const countRefusal = await createRefusalLimiter(app, rateLimits);
  const countRequest = await createRequestLimiter(app, {
    ...rateLimits,
    byAccount: authentication !== null,
    log,
  });
  const apiKeys = authentication?.apiKeys ?? [];
  addMetricsEndpoint(app, { metrics: options.metrics, apiKeys, countRefusal });
  await addSecurityHeaders(app, options);
  if (options.localOnly) addHostCheck(app);
  const pageOrigins = [...options.corsOrigins, ...(options.introspection ? sandboxOrigins : [])];
  await addCors(app, pageOrigins);
  addCrossSiteCheck(app, pageOrigins);
  const identify = addAuthentication(app, { ...options, countRefusal });
  app.addHook('onRequest', async (request, reply) => {
    if (request.knownAccount === null || request.routeOptions.config.open === true) return;
    await countRequest?.(request, reply);
    if (authentication !== null) noteAsk(request.knownAccount);
  });
  addHealthEndpoints(app, options);
  const answers = createAnswerCache(options.answerCacheBytes);
  addRestEndpoint(app, { ...options, answers });
  addCsvEndpoint(app, { ...options, answers });
  await addGraphQLEndpoint(app, { ...options, answers, identify, countRequest });
  if (options.introspection) addGraphiQL(app);
  await addDashboard(app);
  refuseWrongMethods();
  return app;
}

/** Makes the server listen. @returns its base URL. @throws when it cannot listen there. */
export async function listen(
  app: FastifyInstance,
  address: { readonly host: string; readonly port: number },
): Promise<string> {
  const { level } = app.log;
  // Fastify would log where it listens, which the ready block tells people.
  app.log.level = 'silent';
  try {
    return await app.listen(address);
  } finally {
    app.log.level = level;
  }
}

/** How long clients may take, in ms. Together less than 7 s until a client that says nothing is gone. */
const patience = {
  /** For a whole request, once it began. */
  requestTimeout: 5_000,
  /** For the next request on an open connection. */
  keepAliveTimeout: 5_000,
  /** To take the next piece of an answer. */
  connectionTimeout: 60_000,
  http: { headersTimeout: 4_000, connectionsCheckingInterval: 1_000, keepAliveTimeoutBuffer: 500 },
};

const nothingHere: Failure = { status: 404, code: 'NOT_FOUND', message: 'There is nothing at this path.' };

/** What a client may know of an error of HTTP, or of ours: all of its own mistakes, nothing of ours. */
function toHttpFailure(error: unknown): Failure {
  const status = statusOf(error);
  if (status >= 500 || !(error instanceof Error))
    return { status, code: 'INTERNAL_SERVER_ERROR', message: 'Internal server error' };
  return { status, code: 'BAD_REQUEST', message: error.message };
}

function statusOf(error: unknown): number {
  if (
    typeof error === 'object' &&
    error !== null &&
    'statusCode' in error &&
    typeof error.statusCode === 'number'
  ) {
    return error.statusCode;
  }
  return 500;
}
