import { hash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { allMessages } from '../../src/usage/message-page.ts';
import { type App, startApp } from '../support/app.ts';

const messages = Array.from({ length: 40 }, (_, id) => ({
  id,
  text: '123',
  timestamp: new Date(Date.UTC(2024, 3, 29) + id * 60_000).toISOString(),
}));

let app: App;
beforeAll(async () => {
  app = await startApp({ script: (upstream) => upstream.setMessages(messages) });
});
afterAll(() => app.close());

const pageSchema = z.object({
  usage: z.object({
    messages: z.object({
      nodes: z.array(z.object({ id: z.string() })),
      pageInfo: z.object({ endCursor: z.string().nullable(), hasNextPage: z.boolean() }),
    }),
  }),
});

async function readPage(after: string | null) {
  const data = await app.data(
    'query ($after: String) { usage { messages(first: 10, after: $after) { nodes { id } pageInfo { endCursor hasNextPage } } } }',
    { after },
  );
  const { nodes, pageInfo } = pageSchema.parse(data).usage.messages;
  return { ids: nodes.map(({ id }) => Number(id)), ...pageInfo };
}

test('a walk meets each message once, though so many came to one place that all positions had to change', async () => {
  const met: number[] = [];
  let page = await readPage(null);
  met.push(...page.ids);
  // One after the other right behind the first: each halves what room there is, until none is left.
  const list = [...messages];
  for (let added = 0; added < 20; added += 1) {
    list.splice(1, 0, { id: 1_000 + added, text: '123', timestamp: messages[0]?.timestamp ?? '' });
    app.upstream.setMessages(list);
    await app.waitForPull();
  }
  while (page.hasNextPage) {
    page = await readPage(page.endCursor);
    met.push(...page.ids);
  }
  expect(met).toEqual(messages.map(({ id }) => id)); // the twenty new ones came before the first page's end
});

describe('a cursor that somebody sealed by the rules is INVALID_CURSOR when it holds', () => {
  test.each([
    ['no JSON', 'nonsense'],
    ['no list', '{"key":1}'],
    ['a text for a time', '["abc",65536,1]'],
    ['a fraction for a position', '[1714348800000,1.5,1]'],
    ['too little', '[65536,1]'],
  ])('%s', async (_what, payload) => {
    const order = [{ field: 'TIMESTAMP', direction: 'ASC' }];
    const scope = hash('sha256', JSON.stringify(['default', 1, allMessages, order]), 'base64url');
    const sealed = Buffer.from(payload).toString('base64url');
    const after = hash('sha256', `${scope}.${sealed}`, 'base64url').slice(0, 12) + sealed;
    const { body } = await app.query(
      'query ($after: String) { usage { messages(after: $after, orderBy: [{ field: TIMESTAMP }]) { nodes { id } } } }',
      { after },
    );
    expect(body.errors).toMatchObject([{ extensions: { code: 'INVALID_CURSOR' } }]);
  });
});

describe('what cannot be run is the client’s mistake:', () => {
  test.each([
    ['an operation that the document lacks', 'query A { __typename }', 'C'],
    ['a mutation', 'mutation { x }', undefined],
    ['a subscription', 'subscription { x }', undefined],
  ])('%s', async (_what, query, operationName) => {
    const response = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, operationName }),
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      errors: [
        { extensions: { code: expect.stringMatching(/OPERATION_RESOLUTION_FAILURE|VALIDATION_FAILED/) } },
      ],
    });
  });
});
