import { Client, fetchExchange, subscriptionExchange } from '@urql/core';
import { createClient as createEventStreams } from 'graphql-sse';
import { createClient as createWebSocket } from 'graphql-ws';

/** Subscriptions as server-sent events. */
export function createUrqlWithEventStreams(url: string): Client {
  const streams = createEventStreams({ url: `${url}/graphql/stream` });
  return createUrql(url, streams);
}

/** Subscriptions over one WebSocket. */
export function createUrqlWithWebSocket(url: string): Client {
  const socket = createWebSocket({ url: `${url.replace('http', 'ws')}/graphql` });
  return createUrql(url, socket);
}

type Subscriber = Pick<ReturnType<typeof createEventStreams | typeof createWebSocket>, 'subscribe'>;

function createUrql(url: string, subscriber: Subscriber): Client {
  const subscriptions = subscriptionExchange({
    forwardSubscription: ({ query = '', variables = {} }) => ({
      subscribe: (sink) => ({
        unsubscribe: subscriber.subscribe(
          { query, variables },
          {
            next: ({ data = null, errors }) => sink.next(errors ? { data, errors: [...errors] } : { data }),
            error: (error) => sink.error(error),
            complete: () => sink.complete(),
          },
        ),
      }),
    }),
  });
  return new Client({ url: `${url}/graphql`, exchanges: [fetchExchange, subscriptions] });
}
