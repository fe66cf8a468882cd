import { Readable } from 'node:stream';

import { ApolloServer, type ApolloServerPlugin, type HTTPGraphQLRequest } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import { ApolloServerPluginLandingPageLocalDefault } from '@apollo/server/plugin/landingPage/default';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { GraphQLSchema } from 'graphql';

import { createErrorFormatter } from '../graphql/errors.ts';
import { createGateway } from '../graphql/executor.ts';
import type { Log } from '../telemetry/log.ts';
import type { UsageReader } from '../usage/usage-reader.ts';
import { answerKey, type AnswerCache, etagOf, isKnownToClient, type KeptAnswer } from './answer-cache.ts';
import { createDocumentRules, type DocumentLimits } from './document-limits.ts';
import { queryOf, readGraphQLRequest } from './graphql-request.ts';
import { legacyStatusPlugin } from './legacy-status.ts';
import { createCostPlugin } from './query-cost.ts';
import { unauthenticated } from './refusal.ts';
import { createRepetitionCheck } from './repeated-fields.ts';
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
  /** Answers that were given before. */
  readonly answers: AnswerCache;
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
  const { schema, reader, introspection, production, limits, answers, log } = options;
  const apollo = new ApolloServer<RequestContext>({
    gateway: createGateway(schema),
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
    plugins: [
      createCostPlugin(limits),
      legacyStatusPlugin,
      landingPage(introspection),
      // It would wrap each resolver, which costs more than all of them, to learn of hints that no field has.
      ApolloServerPluginCacheControlDisabled(),
    ],
  });
  const checkRepetition = createRepetitionCheck(limits);
  await apollo.start();
  app.route({
    url: '/graphql',
    method: ['GET', 'POST'],
    handler: async (request, reply) => {
      const { httpGraphQLRequest, trusted, page } = readGraphQLRequest(request, options);
      if (page) return sendPage(apollo, httpGraphQLRequest, reply);
      const session = reader.openSession(request.account);
      // The account's own cache may keep a trusted GET, and asks each time whether it still holds.
      const revalidated = trusted && request.method === 'GET';
      const key = await answerKey(session, httpGraphQLRequest, trusted);
      const kept = key === null ? undefined : answers.get(key);
      if (kept !== undefined) return sendKept(request, reply, kept);
      if (!trusted) checkRepetition(queryOf(httpGraphQLRequest));

      const {
        status = 200,
        headers,
        body,
      } = await apollo.executeHTTPGraphQLRequest({
        httpGraphQLRequest,
        context: async () => ({ session, trusted }),
      });
      reply.code(status);
      for (const [name, value] of headers) reply.header(name, value);
      if (body.kind !== 'complete') return reply.send(Readable.from(body.asyncIterator));
      // Apollo writes errors first: what begins with data has none.
      const whole = status === 200 && body.string.startsWith('{"data":');
      if (key === null || !whole || session.hasAskedUpstream) {
        return reply.header('cache-control', 'no-store').send(body.string);
      }
      const bytes = Buffer.from(body.string);
      const answer: KeptAnswer = {
        contentType: headers.get('content-type') ?? 'application/json; charset=utf-8',
        body: bytes,
        etag: revalidated ? etagOf(bytes) : null,
      };
      answers.set(key, answer);
      return sendKept(request, reply, answer);
    },
  });
  // Fastify has answered all requests by then. Apollo's drain plugin would wait for this very close, for ever.
  app.addHook('onClose', () => apollo.stop());
}

/** Sends Apollo Sandbox's page; whoever asks may be unknown. */
async function sendPage(
  apollo: ApolloServer<RequestContext>,
  httpGraphQLRequest: HTTPGraphQLRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { body } = await apollo.executeHTTPGraphQLRequest({
    httpGraphQLRequest,
    context: () => Promise.reject(unauthenticated()),
  });
  if (body.kind !== 'complete') throw new TypeError('the page is not a whole one');
  return reply.type('text/html').header('content-security-policy', sandboxPolicy).send(body.string);
}

function sendKept(
  request: FastifyRequest,
  reply: FastifyReply,
  { contentType, body, etag }: KeptAnswer,
): FastifyReply {
  reply.type(contentType);
  if (etag === null) return reply.header('cache-control', 'no-store').send(body);
  reply
    .header('cache-control', 'private, no-cache')
    .header('vary', 'origin, authorization, x-api-key, accept')
    .header('etag', etag);
  if (isKnownToClient(request.headers['if-none-match'], etag)) return reply.code(304).send();
  return reply.send(body);
}

function landingPage(introspection: boolean): ApolloServerPlugin {
  if (!introspection) return ApolloServerPluginLandingPageDisabled();
  return ApolloServerPluginLandingPageLocalDefault({ footer: false, embed: true });
}
