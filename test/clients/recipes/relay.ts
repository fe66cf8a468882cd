import { Environment, Network, RecordSource, Store } from 'relay-runtime';

export function createRelayEnvironment(url: string): Environment {
  return new Environment({
    network: Network.create(async ({ text }, variables) => {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: text, variables }),
      });
      return JSON.parse(await response.text());
    }),
    store: new Store(new RecordSource()),
    // An id is told apart from others by its type: period 1 is not message 1. What has none belongs to what it stands in.
    getDataID: ({ id, version }, typeName) => {
      const name = id ?? version;
      return typeof name === 'string' ? `${typeName}:${name}` : undefined;
    },
  });
}
