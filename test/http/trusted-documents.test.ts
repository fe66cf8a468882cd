import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type App, startApp, waitUntil } from '../support/app.ts';
import { writeTemporaryFile } from './credentials.ts';

const count = 'query Count($filter: MessageFilter) { usage { totals(filter: $filter) { messageCount } } }';
const costly = '{ usage { messages(first: 500) { nodes { id text charge { steps { rule } } } } } }';
const idOf = (document: string): string => hash('sha256', document, 'hex');
const manifest = writeTemporaryFile(
  'documents.json',
  JSON.stringify({ [idOf(count)]: count, [idOf(costly)]: costly }),
);

async function startWith(settings: Readonly<Record<string, string>>): Promise<App> {
  const message = { id: 1, text: 'aba', timestamp: '2024-05-01T00:00:00.000Z' };
  const app = await startApp({
    script: (upstream) => upstream.setMessages([message]),
    settings: { TRUSTED_DOCUMENTS_FILE: manifest, ...settings },
  });
  await waitUntil(async () => (await app.get('/readyz')).status === 200);
  return app;
}

async function post(app: App, body: object): Promise<readonly [number, unknown]> {
  const response = await fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return [response.status, await response.json()];
}

const counted = { data: { usage: { totals: { messageCount: 1 } } } };

// The very words that Apollo's and urql's clients look for.
const clientWords = {
  PERSISTED_QUERY_NOT_FOUND: 'PersistedQueryNotFound',
  PERSISTED_QUERY_NOT_SUPPORTED: 'PersistedQueryNotSupported',
  FORBIDDEN: expect.any(String),
} as const;

function refusal(code: keyof typeof clientWords): object {
  return { errors: [{ message: clientWords[code], extensions: { code } }] };
}

describe('trusted documents', () => {
  it('are answered by their id, over POST in both spellings', async () => {
    const app = await startWith({});
    const persistedQuery = { version: 1, sha256Hash: idOf(count) };
    expect(await post(app, { documentId: idOf(count) })).toEqual([200, counted]);
    expect(await post(app, { documentId: `sha256:${idOf(count)}` })).toEqual([200, counted]);
    expect(await post(app, { extensions: { persistedQuery } })).toEqual([200, counted]);
    const variables = { filter: { text: 'nowhere' } };
    expect(await post(app, { documentId: idOf(count), variables, operationName: 'Count' })).toEqual([
      200,
      { data: { usage: { totals: { messageCount: 0 } } } },
    ]);
  });

  it('are answered over GET, for the account’s own cache to keep', async () => {
    const app = await startWith({});
    const variables = encodeURIComponent(JSON.stringify({ filter: { text: 'aba' } }));
    for (const search of [
      `documentId=${idOf(count)}`,
      `documentId=${idOf(count)}&variables=${variables}&operationName=Count`,
      `extensions=${encodeURIComponent(JSON.stringify({ persistedQuery: { version: 1, sha256Hash: idOf(count) } }))}`,
    ]) {
      const response = await app.get(`/graphql?${search}`);
      expect(await response.json()).toEqual(counted);
      expect(response.headers.get('cache-control')).toBe('private, no-cache');
      expect(response.headers.get('vary')).toContain('authorization, x-api-key');
    }
  });

  it('run whatever they cost, which other queries must not', async () => {
    const app = await startWith({ QUERY_MAX_COMPLEXITY: '100' });
    expect((await app.query(costly)).body.errors?.[0]?.extensions.code).toBe('QUERY_TOO_COMPLEX');
    expect((await post(app, { documentId: idOf(costly) }))[0]).toBe(200);
  });

  it('do not lend their trust to the query that is sent along', async () => {
    const app = await startWith({ QUERY_MAX_COMPLEXITY: '100' });
    expect(await post(app, { documentId: idOf(count), query: costly })).toEqual([200, counted]);
  });

  it('have the ids of the manifest, and no others', async () => {
    const app = await startWith({});
    for (const documentId of ['', 'x', '__proto__', 'constructor', `sha256:`])
      expect(await post(app, { documentId })).toEqual([400, refusal('PERSISTED_QUERY_NOT_FOUND')]);
    const persistedQuery = { version: 1, sha256Hash: idOf('{ __typename }') };
    const registration = { query: '{ __typename }', extensions: { persistedQuery } };
    expect(await post(app, registration)).toEqual([400, refusal('PERSISTED_QUERY_NOT_SUPPORTED')]);
    expect(await post(app, { extensions: { persistedQuery } })).toEqual([
      400,
      refusal('PERSISTED_QUERY_NOT_SUPPORTED'),
    ]);
  });

  it('are all that is answered with TRUSTED_DOCUMENTS=only', async () => {
    const app = await startWith({ TRUSTED_DOCUMENTS: 'only' });
    expect(await post(app, { documentId: idOf(count) })).toEqual([200, counted]);
    expect(await post(app, { query: count })).toEqual([403, refusal('FORBIDDEN')]);
    expect(await post(app, { query: '{ __schema { types { name } } }' })).toEqual([
      403,
      refusal('FORBIDDEN'),
    ]);
    const link = await app.get(`/graphql?query=${encodeURIComponent(count)}`);
    expect([link.status, await link.json()]).toEqual([403, refusal('FORBIDDEN')]);
  });

  it('are unknown with TRUSTED_DOCUMENTS=off', async () => {
    const app = await startWith({ TRUSTED_DOCUMENTS: 'off' });
    expect(await post(app, { documentId: idOf(count) })).toEqual([400, refusal('PERSISTED_QUERY_NOT_FOUND')]);
    expect((await post(app, { query: count }))[0]).toBe(200);
  });

  it('are those of schema/operations unless told otherwise', async () => {
    const bundled: unknown = JSON.parse(readFileSync('schema/persisted-documents.json', 'utf8'));
    const [documentId = ''] = Object.keys(Object(bundled));
    const app = await startApp({ upstream: null });
    const [status, body] = await post(app, { documentId });
    expect([status, body]).toEqual([200, expect.objectContaining({ data: expect.anything() })]);
  });
});
