import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client';
import { relayStylePagination } from '@apollo/client/utilities';

export function createApolloClient(url: string): ApolloClient {
  const cache = new InMemoryCache({
    typePolicies: {
      RateCard: { keyFields: ['version'] },
      // One list that grows for each filter and order.
      Usage: { fields: { messages: relayStylePagination(['filter', 'orderBy']) } },
    },
  });
  return new ApolloClient({ cache, link: new HttpLink({ uri: `${url}/graphql` }) });
}
