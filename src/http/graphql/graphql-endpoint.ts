import { Readable } from 'node:stream';

import {
  ApolloServer,
  type ApolloServerPlugin,
  type HTTPGraphQLRequest,
  type HTTPGraphQLResponse,
} from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import { ApolloServerPluginLandingPageLocalDefault } from '@apollo/server/plugin/landingPage/default';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { GraphQLSchema } from 'graphql';

import { createErrorFormatter } from '../../graphql/errors.ts';
import { createExecutionPlugin } from '../../graphql/executor.ts';
import type { Log } from '../../telemetry/log.ts';
import type { UsageReader } from '../../usage/usage-reader.ts';
import type { UsageSession } from '../../usage/usage-session.ts';
import {
  answerKey,
  type AnswerCache,
  dependsOnFreshness,
  etagOf,
  isKnownToClient,
  type KeptAnswer,
} from './answer-cache.ts';
import { createDocumentRules, type DocumentLimits } from './document-limits.ts';
import { type GraphQLHttpRequest, queryOf, readGraphQLRequest } from './graphql-request.ts';
import { legacyStatusPlugin } from './legacy-status.ts';
import { createCostPlugin } from './query-cost.ts';
import { unauthenticated } from '../refusal.ts';
import { createRepetitionCheck } from './repeated-fields.ts';
import type { RequestContext } from './request-context.ts';
import { sandboxPolicy } from '../guards/security-headers.ts';
import { createStreams, type StreamGuards } from './streams/streams.ts';
import { subscriptionCheckPlugin } from './streams/subscription-check.ts';
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
const maxValidationErrors = 20;

/** An answer that was given before, or a new one. */
type QueryAnswer =
  | { readonly kept: KeptAnswer }
  | {
      readonly kept: null;
      readonly response: HTTPGraphQLResponse;
      /** Null: not to be given again. */
      readonly key: string | null;
    };

/**
 * Serves GraphQL over HTTP at `/graphql`; browsers get Apollo Sandbox there while introspection is on. Subscriptions are
 * answered there over WebSockets, and as server-sent events at `/graphql/stream`.
 */
export async function addGraphQLEndpoint(
  app: FastifyInstance,
  options: GraphQLEndpointOptions & StreamGuards,
): Promise<void> {
  const { schema, reader, introspection, production, limits, answers, log } = options;
  const apollo = new ApolloServer<RequestContext>({
    schema,
    introspection,
    hideSchemaDetailsFromClientErrors: production,
    includeStacktraceInErrorResponses: false,
    formatError: createErrorFormatter(log, { hideSuggestions: production }),
    logger: log,
    parseOptions: { maxTokens: limits.maxTokens },
    validationOptions: { maxErrors: maxValidationErrors },
    maxRecursiveSelections: limits.maxSelections,
    validationRules: createDocumentRules(limits),
    // Trusted documents alone have ids; what clients register by themselves only fills memory.
    persistedQueries: false,
    allowBatchedHttpRequests: false,
    // `guards/cross-site.ts` looks at what browsers say, so that every client's plain GET works.
    csrfPrevention: false,
    // The process's signals are handled in one place, `service-process.ts`.
    stopOnTerminationSignals: false,
    plugins: [
      createCostPlugin(limits),
      subscriptionCheckPlugin,
      createExecutionPlugin(schema),
      legacyStatusPlugin,
      landingPage(introspection),
      // It would wrap each resolver, which costs more than all of them, to learn of hints that no field has.
      ApolloServerPluginCacheControlDisabled(),
    ],
  });
  const checkRepetition = createRepetitionCheck(limits);

  /** Finds a kept answer, or has Apollo make one. */
  async function answerQuery(session: UsageSession, asked: GraphQLHttpRequest): Promise<QueryAnswer> {
    const withFreshness = dependsOnFreshness(asked);
    // A failure is told by the fields of the query: they read the same.
    const state = await session.readState({ withFreshness }).catch(() => null);
    const key = state === null ? null : answerKey(session.account, state, asked);
    const kept = key === null ? undefined : answers.get(key);
    if (kept !== undefined) return { kept };
    if (!asked.trusted) checkRepetition(queryOf(asked.httpGraphQLRequest));
    const response = await apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: asked.httpGraphQLRequest,
      context: async () => ({ session, trusted: asked.trusted, subscription: null }),
    });
    return { kept: null, response, key: session.hasAskedUpstream ? null : key };
  }

  await apollo.start();
  const streams = createStreams(app, { ...options, apollo, checkRepetition });
  const handler = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const asked = readGraphQLRequest(request, options);
    if (asked.page) return sendPage(apollo, asked.httpGraphQLRequest, reply);
    const { answer, isWhole } = await reader.readOneState(request.account, (session) =>
      answerQuery(session, asked),
    );
    if (answer.kept !== null) return sendKept(request, reply, answer.kept);
    const { key, response } = answer;
    const kept = key !== null && isWhole ? toKept(request, asked, response) : null;
    if (key === null || kept === null) return sendOnce(reply, response);
    answers.set(key, kept);
    return sendKept(request, reply, kept);
  };
  app.route({ url: '/graphql', method: 'GET', handler, wsHandler: streams.handleWebSocket });
  app.route({ url: '/graphql', method: 'POST', handler });
  // Fastify has answered all requests by then. Apollo's drain plugin would wait for this very close, for ever.
  app.addHook('onClose', () => apollo.stop());
}

const graphiqlLink = '<p><a href="/graphiql">GraphiQL</a> works without the internet.</p>';

/** Sends Apollo Sandbox's page, to unknown clients too. */
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
  // Shown until Sandbox has come from the internet, or for good where it cannot.
  const html = body.string.replace('class="fallback">', `$&${graphiqlLink}`);
  return reply.type('text/html').header('content-security-policy', sandboxPolicy).send(html);
}

/** What of an answer may be given again; null: nothing, for it is not whole, or tells errors. */
function toKept(
  request: FastifyRequest,
  { trusted }: GraphQLHttpRequest,
  { status = 200, headers, body }: HTTPGraphQLResponse,
): KeptAnswer | null {
  // Apollo writes errors first: what begins with data has none.
  if (status !== 200 || body.kind !== 'complete' || !body.string.startsWith('{"data":')) return null;
  const bytes = Buffer.from(body.string);
  return {
    contentType: headers.get('content-type') ?? 'application/json; charset=utf-8',
    body: bytes,
    // The account's own cache may keep a trusted GET, and asks each time whether it still holds.
    etag: trusted && request.method === 'GET' ? etagOf(bytes) : null,
  };
}

function sendOnce(reply: FastifyReply, { status = 200, headers, body }: HTTPGraphQLResponse): FastifyReply {
  reply.code(status);
  for (const [name, value] of headers) reply.header(name, value);
  if (body.kind !== 'complete') return reply.send(Readable.from(body.asyncIterator));
  return reply.header('cache-control', 'no-store').send(body.string);
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
