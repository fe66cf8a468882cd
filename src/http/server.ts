import cors from '@fastify/cors';
import { fastify, type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';

import type { Log } from '../telemetry/log.ts';
import { addAccounts } from './account.ts';
import { addGraphQLEndpoint, type GraphQLEndpointOptions } from './graphql-endpoint.ts';
import { addHealthEndpoints } from './health.ts';
import { addRestEndpoint } from './rest.ts';

/** What the HTTP server works with. */
export interface ServerOptions extends GraphQLEndpointOptions {
  /** Web pages of these origins may call the service. */
  readonly corsOrigins: readonly string[];
  readonly unreadyReason: () => Promise<string | null>;
  readonly log: Log;
}

// The hosted Sandbox and Studio, and the Sandbox that the landing page embeds.
const sandboxOrigins = ['https://studio.apollographql.com', 'https://sandbox.embed.apollographql.com'];

/** Builds the HTTP server; the caller makes it listen. */
export async function createServer(options: ServerOptions): Promise<FastifyInstance> {
  const { corsOrigins, introspection, log } = options;
  // Named, so that the server's type does not depend on the logger's.
  const loggerInstance: FastifyBaseLogger = log;
  const app = fastify({
    loggerInstance,
    // Every request would be two lines; failures are logged where they happen.
    logController: new LogController({ disableRequestLogging: true }),
    // Kept-alive connections without a request end at once when the server closes.
    forceCloseConnections: 'idle',
  });
  await app.register(cors, {
    origin: [...corsOrigins, ...(introspection ? sandboxOrigins : [])],
    maxAge: 86_400,
  });
  addAccounts(app);
  addHealthEndpoints(app, options);
  addRestEndpoint(app, options);
  await addGraphQLEndpoint(app, options);
  app.get('/', (_request, reply) => reply.redirect('/graphql'));
  app.setErrorHandler((error, request, reply) => {
    const status = statusOf(error);
    if (status >= 500) log.error({ err: error, path: request.routeOptions.url }, 'request failed');
    const message = status >= 500 || !(error instanceof Error) ? 'Internal server error' : error.message;
    return reply
      .code(status)
      .send({ error: { code: status >= 500 ? 'INTERNAL_SERVER_ERROR' : 'BAD_REQUEST', message } });
  });
  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).send({ error: { code: 'NOT_FOUND', message: 'There is nothing at this path.' } }),
  );
  return app;
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
