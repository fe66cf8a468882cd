import { Readable } from 'node:stream';

import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import { ApolloServerPluginLandingPageLocalDefault } from '@apollo/server/plugin/landingPage/default';
import type { FastifyInstance } from 'fastify';
import type { GraphQLSchema } from 'graphql';

import { createErrorFormatter } from '../graphql/errors.ts';
import type { Log } from '../telemetry/log.ts';
import type { UsageReader } from '../usage/usage-reader.ts';
import { createDocumentRules, type DocumentLimits } from './document-limits.ts';
import { readGraphQLRequest } from './graphql-request.ts';
import { legacyStatusPlugin } from './legacy-status.ts';
import { createCostPlugin } from './query-cost.ts';
import type { RequestContext } from './request-context.ts';
import { sandboxPolicy } from './security-headers.ts';
import type { TrustedDocuments } from './trusted-documents.ts';

/** What the GraphQL endpoint works with. */
export interface GraphQLEndpointOptions {
  readonly schema: GraphQLSchema;
  readonly reader: UsageReader;
  readonly introspection: boolean;
  /** Whether errors keep quiet about the schema. */
  readonly production: boolean;
  readonly limits: DocumentLimits & {
    /** The most that a query may cost. */
    readonly maxCost: number;
  };
  readonly trustedDocuments: TrustedDocuments;
  readonly log: Log;
}

/** A few errors tell a person what is wrong; a hundred only make the answer long. */
const mostValidationErrors = 20;

/** Any one of these proves that the request is not a simple one that another site's page made a browser send. */
const preflightHeaders = [
  'authorization',
  'x-api-key',
  'apollo-require-preflight',
  'x-apollo-operation-name',
];

/** Serves GraphQL over HTTP at `/graphql`; browsers get Apollo Sandbox there while introspection is on. */
export async function addGraphQLEndpoint(
  app: FastifyInstance,
  options: GraphQLEndpointOptions,
): Promise<void> {
  const { schema, reader, introspection, production, limits, trustedDocuments, log } = options;
  const apollo = new ApolloServer<RequestContext>({
    schema,
    introspection,
    hideSchemaDetailsFromClientErrors: production,
    includeStacktraceInErrorResponses: false,
    formatError: createErrorFormatter(log, { hideSuggestions: production }),
    logger: log,
    parseOptions: { maxTokens: limits.maxTokens },
    validationOptions: { maxErrors: mostValidationErrors },
    maxRecursiveSelections: limits.maxSelections,
    validationRules: createDocumentRules(limits),
    // Trusted documents alone have ids; what clients register by themselves only fills memory.
    persistedQueries: false,
    allowBatchedHttpRequests: false,
    csrfPrevention: { requestHeaders: preflightHeaders },
    // The process's signals are handled in one place, `main.ts`.
    stopOnTerminationSignals: false,
    plugins: [createCostPlugin(limits), legacyStatusPlugin, landingPage(introspection)],
  });
  await apollo.start();
  app.route({
    url: '/graphql',
    method: ['GET', 'POST'],
    handler: async (request, reply) => {
      const { httpGraphQLRequest, trusted } = readGraphQLRequest(request, trustedDocuments);
      const { status = 200, headers, body } = await apollo.executeHTTPGraphQLRequest({
        httpGraphQLRequest,
        context: async () => ({ session: reader.openSession(request.account), trusted }),
      });
      reply.code(status);
      for (const [name, value] of headers) reply.header(name, value);
      if (trusted && request.method === 'GET' && status === 200) {
        // The account's own cache may keep it, and asks each time whether it still holds.
        reply.header('cache-control', 'private, no-cache').header('vary', 'origin, authorization, x-api-key, accept');
      }
      if (headers.get('content-type') === 'text/html') {
        reply.header('content-security-policy', sandboxPolicy);
      }
      return reply.send(body.kind === 'complete' ? body.string : Readable.from(body.asyncIterator));
    },
  });
  // Fastify has answered all requests by then. Apollo's drain plugin would wait for this very close, for ever.
  app.addHook('onClose', () => apollo.stop());
}

function landingPage(introspection: boolean): ApolloServerPlugin {
  if (!introspection) return ApolloServerPluginLandingPageDisabled();
  return ApolloServerPluginLandingPageLocalDefault({ footer: false, embed: true });
}
