import { ApolloLink, gql, HttpLink } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { Client, fetchExchange, gql as urqlGql } from '@urql/core';
import { persistedExchange } from '@urql/exchange-persisted';
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createOperationDescriptor, fetchQuery } from 'relay-runtime';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { readPage } from '../docs/docs.ts';
import { type App, startApp } from '../support/app.ts';
import { createApolloClient } from './recipes/apollo.ts';
import { createRelayEnvironment } from './recipes/relay.ts';
import { createUrqlClient } from './recipes/urql.ts';
import { compileForRelay } from './relay-document.ts';

const document = `query MessagesQuery($first: Int!, $after: String) {
  usage {
    id
    totals { creditsUsed messageCount }
    byReport { report { id name } creditCost }
    messages(first: $first, after: $after) {
      edges { cursor node { id creditsUsed report { id name } } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }
}`;

const answer = z.object({
  usage: z.object({
    id: z.string(),
    totals: z.object({ creditsUsed: z.string(), messageCount: z.number() }),
    byReport: z.array(
      z.object({ report: z.object({ id: z.string() }).nullable(), creditCost: z.string().nullable() }),
    ),
    messages: z.object({
      edges: z.array(z.object({ node: z.object({ id: z.string(), creditsUsed: z.string() }) })),
      pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
    }),
  }),
});
type Usage = z.infer<typeof answer>['usage'];

/** A client that keeps what it read, and shows its growing list. */
interface CachingClient {
  /** Asks the service for the first page anew. */
  readonly refresh: () => Promise<Usage>;
  /** Asks for the page after a cursor, and shows all that is kept then. */
  readonly readMore: (after: string) => Promise<Usage>;
}

function openUrql(url: string): CachingClient {
  const client = createUrqlClient(url);
  const query = urqlGql(document);
  const read = async (variables: object, requestPolicy: 'network-only' | 'cache-only' | 'cache-first') => {
    const { data, error } = await client.query(query, variables, { requestPolicy }).toPromise();
    if (error !== undefined) throw error;
    return answer.parse(data).usage;
  };
  return {
    refresh: () => read({ first: 4 }, 'network-only'),
    readMore: (after) => read({ first: 4, after }, 'cache-first'),
  };
}

function openApollo(url: string): CachingClient {
  const client = createApolloClient(url);
  const query = gql(document);
  const kept = () => answer.parse(client.readQuery({ query, variables: { first: 4 } })).usage;
  const read = async (variables: object) => {
    const { error } = await client.query({ query, variables, fetchPolicy: 'network-only' });
    if (error !== undefined) throw error;
    return kept();
  };
  return { refresh: () => read({ first: 4 }), readMore: (after) => read({ first: 4, after }) };
}

async function openRelay(url: string): Promise<CachingClient> {
  const connection = 'messages(first: $first, after: $after) @connection(key: "Usage_messages")';
  const query = await compileForRelay(document.replace('messages(first: $first, after: $after)', connection));
  const environment = createRelayEnvironment(url);
  const shown = createOperationDescriptor(query, { first: 4, after: null });
  // As a component does that shows it: what nobody shows is forgotten.
  environment.retain(shown);
  const read = async (variables: { readonly first: number; readonly after: string | null }) => {
    await fetchQuery(environment, query, variables).toPromise();
    return answer.parse(environment.lookup(shown.fragment).data).usage;
  };
  return { refresh: () => read({ first: 4, after: null }), readMore: (after) => read({ first: 4, after }) };
}

// Report 7 costs 79 in April and 99 in May.
const april = Array.from({ length: 10 }, (_, index) => ({
  id: index + 1,
  text: '123',
  timestamp: `2024-04-0${Math.floor(index / 5) + 1}T08:00:00.000Z`,
  report_id: 7,
}));
const may = april.map((message) => ({
  ...message,
  id: message.id + 100,
  timestamp: message.timestamp.replace('-04-', '-05-'),
}));

async function walk(client: CachingClient): Promise<Usage> {
  let usage = await client.refresh();
  while (usage.messages.pageInfo.hasNextPage)
    usage = await client.readMore(usage.messages.pageInfo.endCursor ?? '');
  return usage;
}

const ids = ({ messages }: Usage) => messages.edges.map(({ node }) => Number(node.id));

describe.each([
  ['urql with relayPagination', openUrql],
  ['Apollo Client with relayStylePagination', openApollo],
  ['Relay with @connection', openRelay],
])('%s', (_name, open) => {
  test('pages through all messages, and mixes nothing when the period changes', async () => {
    const app = await startApp({
      script: (upstream) => {
        upstream.setReport(7, { name: 'Lease Abstract', credit_cost: 79 });
        upstream.setMessages(april);
      },
      settings: { REPORT_MAX_AGE_MS: '1' },
    });
    await app.waitForRevision(1);
    const client = await open(app.url);
    const first = await walk(client);
    expect(ids(first)).toEqual(april.map(({ id }) => id));
    expect(first).toMatchObject({ id: '1', totals: { creditsUsed: '790.00', messageCount: 10 } });

    app.upstream.setReport(7, { name: 'Lease Abstract', credit_cost: 99 });
    app.upstream.setMessages(may);
    await waitForPeriod(app, '2');
    const second = await walk(client);
    expect(ids(second)).toEqual(may.map(({ id }) => id));
    expect(second.id).toBe('2');
    expect(second.byReport).toMatchObject([{ report: { id: '7' }, creditCost: '99.00' }]);
    for (const { node } of second.messages.edges) expect(node.creditsUsed).toBe('99.00');
  });
});

async function waitForPeriod(app: App, id: string): Promise<void> {
  await expect
    .poll(() => app.data('{ usage { id totals { creditsUsed } } }'), { timeout: 20_000 })
    .toEqual({ usage: { id, totals: { creditsUsed: '990.00' } } });
}

describe('a client that tries persisted queries', () => {
  const total = '{ usage { totals { messageCount } } }';
  const expected = { usage: { totals: { messageCount: 110 } } };

  test('of Apollo sends the whole query where its hash is not trusted', async () => {
    const app = await startApp({ upstream: null });
    await app.waitForRevision(1);
    const client = createApolloClient(app.url);
    const persisted = new PersistedQueryLink({ sha256: (text) => hash('sha256', text) });
    client.setLink(ApolloLink.from([persisted, new HttpLink({ uri: `${app.url}/graphql` })]));
    const { data } = await client.query({ query: gql(total), fetchPolicy: 'no-cache' });
    expect(data).toMatchObject(expected);
  });

  test.each([true, false])('of urql does the same (by GET: %s)', async (preferGetForPersistedQueries) => {
    const app = await startApp({ upstream: null });
    await app.waitForRevision(1);
    const client = new Client({
      url: `${app.url}/graphql`,
      exchanges: [persistedExchange({ preferGetForPersistedQueries }), fetchExchange],
    });
    const { data, error } = await client.query(urqlGql(total), {}).toPromise();
    expect(error).toBeUndefined();
    expect(data).toMatchObject(expected);
  });
});

test.each(['urql', 'apollo', 'relay'])('the recipe for %s in the docs is what these tests run', (name) => {
  expect(readPage('docs/clients.md')).toContain(readFileSync(`test/clients/recipes/${name}.ts`, 'utf8'));
});
