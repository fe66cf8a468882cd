import type { IncomingHttpHeaders } from 'node:http';

import websocket from '@fastify/websocket';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ExecutionResult, GraphQLSchema } from 'graphql';
import { CloseCode, handleProtocols, makeServer } from 'graphql-ws';
import type { WebSocket } from 'ws';

import { Refusal } from '../../refusal.ts';
import { closingSignal, openStream, type StreamOptions, type Subscriber, toGraphQLError } from './stream.ts';

/** How the WebSocket knows its callers. */
export interface WebSocketOptions extends StreamOptions {
  readonly schema: GraphQLSchema;
  /** Who the upgrade's own headers say; null while nobody is known. */
  readonly subscriberOf: (request: FastifyRequest) => Subscriber | null;
  /** Finds out whose a credential is, and makes the request theirs. @throws Refusal when it is no good */
  readonly identify: (request: FastifyRequest, headers: IncomingHttpHeaders) => Promise<Subscriber | null>;
  /** Learns of each failure that is no client's fault. */
  readonly onFault: (error: unknown) => void;
}

/** One client's connection. */
interface Connection {
  readonly socket: WebSocket;
  readonly request: FastifyRequest;
  readonly closed: AbortController;
  subscriber: Subscriber | null;
  /** Subscriptions that begin now, by the client's ids. */
  readonly streams: Map<string, AsyncGenerator<ExecutionResult, void, undefined>>;
}

/** In the place of graphql-js's own subscription, until `onOperation` gives the stream. */
const nothingYet: ExecutionResult = {};

/** A client that does not answer a ping within this time is gone. */
const pingMs = 12_000;
/** RFC 6455: the server goes away; clients come back to another one. */
const goingAway = 1_001;
const closeGraceMs = 1_000;

/** Lets routes take WebSockets. To be called before such a route is made. */
export async function registerWebSockets(
  app: FastifyInstance,
  /** The largest message that a client may send, in bytes. */
  { maxMessageBytes }: { readonly maxMessageBytes: number },
): Promise<void> {
  await app.register(websocket, {
    options: { maxPayload: maxMessageBytes, handleProtocols: (protocols) => handleProtocols(protocols) },
    // Ours below knows the clients; the plugin's would close them one by one.
    preClose: (done) => done(),
    // A broken connection is the client's affair, and its stream ends with it.
    errorHandler: (_error, socket) => socket.terminate(),
  });
}

/** Makes the handler of WebSockets that speak `graphql-transport-ws`. */
export function createWebSocketHandler(
  app: FastifyInstance,
  options: WebSocketOptions,
): (socket: WebSocket, request: FastifyRequest) => void {
  const server = makeServer<Record<string, unknown>, Connection>({
    async onConnect({ extra, connectionParams }) {
      const given = credentialsIn(connectionParams);
      try {
        if (given !== null) extra.subscriber = await options.identify(extra.request, given);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        return false;
      }
      return extra.subscriber !== null;
    },
    async onSubscribe({ extra }, id, parameters) {
      const { request, socket, subscriber, closed } = extra;
      if (subscriber === null) throw new Error('a client subscribed before it was known');
      try {
        await options.countRequest?.(request);
      } catch (error) {
        if (error instanceof Refusal) return [toGraphQLError(error)];
        throw error;
      }
      const stream = await openStream(options, subscriber, socket, parameters, closed.signal);
      if ('errors' in stream) return stream.errors;
      extra.streams.set(id, stream.results);
      const { document, operationName } = stream.request;
      return { schema: options.schema, document, operationName };
    },
    subscribe: () => nothingYet,
    onOperation({ extra }, id) {
      const results = extra.streams.get(id);
      extra.streams.delete(id);
      return results;
    },
  });

  const open = new Set<WebSocket>();
  const closing = closingSignal(app);
  closing.addEventListener('abort', () => {
    for (const socket of open) socket.close(goingAway, 'Going away');
    setTimeout(() => {
      for (const socket of open) socket.terminate();
    }, closeGraceMs).unref();
  });

  return (socket, request) => {
    open.add(socket);
    const closed = new AbortController();
    const stopPings = ping(socket);
    const end = server.opened(
      {
        protocol: socket.protocol,
        send: (text) =>
          new Promise((resolve) => {
            // What cannot be sent has nobody to read it: the socket's close ends the stream.
            socket.send(text, () => resolve());
          }),
        close: (code, reason) => socket.close(code, reason),
        onMessage(receive) {
          socket.on('message', (data: Buffer) => {
            receive(data.toString()).catch((error: unknown) => {
              options.onFault(error);
              socket.close(CloseCode.InternalServerError, 'Internal server error');
            });
          });
        },
      },
      { socket, request, closed, subscriber: options.subscriberOf(request), streams: new Map() },
    );
    socket.once('close', (code, reason) => {
      open.delete(socket);
      stopPings();
      closed.abort();
      void end(code, String(reason));
    });
  };
}

/** Proxies cut silent connections, and a client that is gone does not say so. @returns ends that */
function ping(socket: WebSocket): () => void {
  let hasAnswered = true;
  socket.on('pong', () => {
    hasAnswered = true;
  });
  const timer = setInterval(() => {
    if (!hasAnswered) return socket.terminate();
    hasAnswered = false;
    socket.ping();
  }, pingMs);
  return () => clearInterval(timer);
}

/** The credential in `connection_init`'s payload, in the form of headers; null when there is none. */
function credentialsIn(payload: Readonly<Record<string, unknown>> | undefined): IncomingHttpHeaders | null {
  const headers: IncomingHttpHeaders = {};
  for (const [name, value] of Object.entries(payload ?? {})) {
    const header = name.toLowerCase();
    if (typeof value === 'string' && (header === 'authorization' || header === 'x-api-key'))
      headers[header] = value;
  }
  return Object.keys(headers).length === 0 ? null : headers;
}
