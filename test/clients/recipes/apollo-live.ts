import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, Observable } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { print } from 'graphql';
import { createClient as createEventStreams } from 'graphql-sse';
import { createClient as createWebSocket } from 'graphql-ws';

/** Subscriptions as server-sent events. */
export function createApolloWithEventStreams(url: string): ApolloClient {
  const streams = createEventStreams({ url: `${url}/graphql/stream` });
  const link = new ApolloLink(({ query, variables }) => {
    const payload = { query: print(query), variables };
    return new Observable((sink) =>
      streams.subscribe(payload, {
        next: ({ data = null, errors = [] }) =>
          sink.next({ data, errors: errors.map(({ message, extensions }) => ({ message, extensions })) }),
        error: (error) => sink.error(error),
        complete: () => sink.complete(),
      }),
    );
  });
  return createApollo(url, link);
}

/** Subscriptions over one WebSocket. */
export function createApolloWithWebSocket(url: string): ApolloClient {
  const socket = createWebSocket({ url: `${url.replace('http', 'ws')}/graphql` });
  return createApollo(url, new GraphQLWsLink(socket));
}

function createApollo(url: string, subscriptions: ApolloLink): ApolloClient {
  const link = ApolloLink.split(
    ({ operationType }) => operationType === 'subscription',
    subscriptions,
    new HttpLink({ uri: `${url}/graphql` }),
  );
  return new ApolloClient({ cache: new InMemoryCache(), link });
}
