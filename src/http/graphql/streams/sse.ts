import { once } from 'node:events';
import type { ServerResponse } from 'node:http';

import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ExecutionResult, GraphQLError } from 'graphql';
import { createHandler } from 'graphql-sse';

import { closingSignal, openStream, type StreamOptions, type Subscriber } from './stream.ts';
import type { SubscriptionParameters } from './subscription-check.ts';

/** How long a client may leave what was sent unread before its stream is cut off. */
const maxStallMs = 30_000;

/** What `graphql-sse` hands on of a request to the functions below. */
interface Connection {
  readonly subscriber: Subscriber;
  readonly response: ServerResponse;
  readonly parameters: SubscriptionParameters;
  readonly closed: AbortSignal;
}

/**
 * Serves subscriptions as server-sent events at `/graphql/stream`, each on a connection of its own ("distinct
 * connections mode" of graphql-sse). The route's hooks have checked the credential and counted the request.
 */
export function addServerSentEvents(
  app: FastifyInstance,
  options: StreamOptions & { readonly subscriberOf: (request: FastifyRequest) => Subscriber },
): void {
  const handle = createHandler<Connection>({
    // No token: the mode in which many operations share one stream is off.
    authenticate: () => null,
    async onSubscribe({ raw: { subscriber, response, parameters, closed } }) {
      const stream = await openStream(options, subscriber, response, parameters, closed);
      return 'errors' in stream ? tell(stream.errors) : inStep(stream.results, response);
    },
  });
  const closing = closingSignal(app);
  app.route({
    url: '/graphql/stream',
    method: ['GET', 'POST'],
    async handler(request, reply) {
      const response = reply.raw;
      const gone = new AbortController();
      response.once('close', () => gone.abort());
      const closed = AbortSignal.any([gone.signal, closing]);
      const subscriber = options.subscriberOf(request);
      const [body, { status, statusText, headers }] = await handle({
        method: 'POST',
        url: request.url,
        // Some clients leave out that they want events; nothing else is to be had here.
        headers: { get: (name) => (name === 'accept' ? 'text/event-stream' : headerOf(request, name)) },
        // It wants a query, which a trusted document's id may stand for; `raw` has what was really sent.
        body: { query: 'subscription' },
        raw: { subscriber, response, parameters: parametersOf(request), closed },
        context: undefined,
      });
      reply.hijack();
      response.writeHead(status, statusText, {
        ...plainHeaders(reply.getHeaders()),
        ...headers,
        // A browser lets one request of an address wait for the other as long as that might be kept.
        'cache-control': 'no-store',
        // nginx would hold events back until it has a page of them.
        'x-accel-buffering': 'no',
      });
      if (body === null || typeof body === 'string') {
        response.end(body ?? '');
        return;
      }
      // A stop breaks off without the event that would tell the client not to come back.
      closed.addEventListener('abort', () => void body.return(undefined), { once: true });
      for await (const event of body) {
        if (closed.aborted || !(await write(response, event))) break;
      }
      response.end();
    },
  });
}

/** Errors come as an event as well: browsers cannot read the body of a refused stream. */
async function* tell(errors: readonly GraphQLError[]): AsyncGenerator<ExecutionResult, void, undefined> {
  yield { errors };
}

/** Gives a result only when what was sent before is read: meanwhile newer ones take the place of older ones. */
async function* inStep(
  results: AsyncGenerator<ExecutionResult, void, undefined>,
  response: ServerResponse,
): AsyncGenerator<ExecutionResult, void, undefined> {
  for await (const result of results) {
    yield result;
    if (response.writableNeedDrain && !(await isRead(response))) return;
  }
}

/** @returns false once nobody reads any more. */
async function write(response: ServerResponse, event: string): Promise<boolean> {
  if (!response.writable) return false;
  if (response.write(event) || (await isRead(response))) return true;
  response.destroy();
  return false;
}

async function isRead(response: ServerResponse): Promise<boolean> {
  try {
    await once(response, 'drain', { signal: AbortSignal.timeout(maxStallMs) });
    return true;
  } catch {
    // The time is up, or the connection has ended: either way this stream has.
    return false;
  }
}

function parametersOf({ method, query, body }: FastifyRequest): SubscriptionParameters {
  if (method === 'POST') return isRecord(body) ? body : {};
  if (!isRecord(query)) return {};
  const { variables, extensions, ...others } = query;
  return { ...others, variables: parseJson(variables), extensions: parseJson(extensions) };
}

/** Undefined where it is no JSON: the check says what is missing. */
function parseJson(text: unknown): unknown {
  try {
    return typeof text === 'string' ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}

function headerOf({ headers }: FastifyRequest, name: string): string | null {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : (value ?? null);
}

function plainHeaders(headers: Readonly<Record<string, number | string | string[] | undefined>>) {
  return Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
