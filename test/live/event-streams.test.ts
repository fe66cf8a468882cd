import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, test } from 'vitest';

import { claims, makeApiKeys, signWithSecret } from '../http/credentials.ts';
import { type AppOptions, startApp as start, waitUntil } from '../support/app.ts';
import { openEventStream } from './event-stream.ts';

/** With pulls that are slow enough for a busy machine to keep the usage fresh. */
function startApp({ settings, ...options }: AppOptions) {
  return start({ ...options, settings: { SYNC_INTERVAL_MS: '1000', ...settings } });
}

const document = 'subscription { usageChanged { totals { creditsUsed messageCount } freshness { stale } } }';

function message(id: number, text = 'Hi'): object {
  return { id, text, timestamp: `2026-11-16T09:00:${String(id).padStart(2, '0')}.000Z` };
}

function usage(creditsUsed: string, messageCount: number, stale = false): object {
  return { data: { usageChanged: { totals: { creditsUsed, messageCount }, freshness: { stale } } } };
}

function told(creditsUsed: string, messageCount: number): object {
  return { data: { usageChanged: { totals: { creditsUsed, messageCount } } } };
}

function isTold(result: unknown, creditsUsed: string): boolean {
  return JSON.stringify(result).includes(`"creditsUsed":"${creditsUsed}"`);
}

describe('a stream of server-sent events', () => {
  test('tells the usage at once, and then with each change of it, and nothing in between', async () => {
    const app = await startApp({ script: (upstream) => upstream.setMessages([message(1)]) });
    const totals = 'subscription { usageChanged { totals { creditsUsed messageCount } } }';
    const stream = await openEventStream(app.url, totals);
    // Else a browser would let a second tab wait for the first.
    expect(stream.headers.get('cache-control')).toBe('no-store');
    // "Hi": 1 + 2×0.05 + 0.1 − 2, raised to 1
    expect(await stream.result(1)).toMatchObject(told('1.00', 1));
    app.upstream.setMessages([message(1), message(2)]);
    expect(await stream.result(2)).toMatchObject(told('2.00', 2));
    // Pulls without a change go on all the time.
    await sleep(2_500);
    expect(stream.results.filter((result) => !isTold(result, '2.00'))).toHaveLength(1);
    stream.close();
  });

  test('tells when the usage becomes stale, and fresh again', async () => {
    const app = await startApp({ script: (upstream) => upstream.setMessages([message(1)]) });
    const stream = await openEventStream(app.url, document);
    const hasTold = (stale: boolean) => () =>
      JSON.stringify(stream.results.at(-1)) === JSON.stringify(usage('1.00', 1, stale));
    await waitUntil(hasTold(false));
    await app.upstream.stop();
    await waitUntil(hasTold(true));
    await app.upstream.start();
    await waitUntil(hasTold(false));
    stream.close();
    expect(stream.names).not.toContain('complete');
  });

  test('tells when rows of the upstream’s list cannot be read, though nothing else changed', async () => {
    const app = await startApp({ script: (upstream) => upstream.setMessages([message(1)]) });
    const stream = await openEventStream(
      app.url,
      'subscription { usageChanged { freshness { revision setAsideCount } } }',
    );
    const hasTold = (setAsideCount: number) => () =>
      JSON.stringify(stream.results.at(-1)) ===
      JSON.stringify({ data: { usageChanged: { freshness: { revision: 1, setAsideCount } } } });
    await waitUntil(hasTold(0));
    app.upstream.setMessages([message(1), { ...message(2), id: 'two' }]);
    await waitUntil(hasTold(1));
    app.upstream.setMessages([message(1)]);
    await waitUntil(hasTold(0));
    stream.close();
    expect(stream.names).not.toContain('complete');
  });

  test('tells an error while nothing was ever pulled, and the usage once there is some', async () => {
    const app = await startApp({
      settings: { UPSTREAM_TIMEOUT_MS: '300' },
      script: (upstream) => upstream.onMessages((_request, response) => response.writeHead(500).end()),
    });
    const stream = await openEventStream(app.url, document);
    expect(await stream.result(1)).toMatchObject({
      errors: [{ extensions: { code: 'UPSTREAM_UNAVAILABLE' } }],
    });
    app.upstream.setMessages([message(1)]);
    app.upstream.onMessages(null);
    await waitUntil(() => stream.results.length >= 2);
    expect(stream.results.at(-1)).toEqual(usage('1.00', 1));
    stream.close();
  });

  test.each([
    ['a query', { query: '{ usage { id: __typename } }' }, 'OPERATION_RESOLUTION_FAILURE'],
    ['a document that is none', { query: 'subscription {' }, 'GRAPHQL_PARSE_FAILED'],
    ['a field that is none', { query: 'subscription { nothing }' }, 'GRAPHQL_VALIDATION_FAILED'],
    ['no document at all', {}, 'BAD_REQUEST'],
    ['an id of no trusted document', { documentId: 'sha256:00' }, 'PERSISTED_QUERY_NOT_FOUND'],
    [
      'more than the cost limit',
      { query: 'subscription { usageChanged { messages(first: 100000) { nodes { id text } } } }' },
      'QUERY_TOO_COMPLEX',
    ],
  ])('refuses %s in a word of its own, and ends', async (_name, body, code) => {
    const app = await startApp({ script: (upstream) => upstream.setMessages([message(1)]) });
    const stream = await openEventStream(app.url, '', {}, body);
    expect(await stream.result(1)).toMatchObject({ errors: [{ extensions: { code } }] });
    await waitUntil(() => stream.hasEnded);
    expect(stream.names).toEqual(['next', 'complete']);
    await app.close();
  });

  test('is not opened without a credential, and shows its own account alone', async () => {
    const keys = makeApiKeys('acme', 'zenith');
    const app = await startApp({
      settings: { API_KEYS_FILE: keys.file, UPSTREAM_URL: '' },
    });
    expect(await openEventStream(app.url, document)).toMatchObject({ status: 401 });
    await app.close();
  });

  test('ends with its token, after a word about it', async () => {
    const secret = 'a secret of thirty-two bytes or more';
    const app = await startApp({
      settings: { JWT_SECRET: secret },
      script: (upstream) => upstream.setMessages([message(1)]),
    });
    const nowS = Math.floor(Date.now() / 1_000);
    // Tolerance for clocks included, it ends about four seconds from now.
    const token = await signWithSecret(claims('acme', { exp: nowS - 1 }), secret);
    const stream = await openEventStream(app.url, document, { authorization: `Bearer ${token}` });
    expect(await stream.result(1)).toEqual(usage('1.00', 1));
    await waitUntil(() => stream.hasEnded);
    expect(stream.results.at(-1)).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    expect(stream.names.at(-1)).toBe('complete');
  });

  test('breaks off when the service stops, without the word that would keep the client away', async () => {
    const app = await startApp({ script: (upstream) => upstream.setMessages([message(1)]) });
    const stream = await openEventStream(app.url, document);
    await stream.result(1);
    const beganMs = performance.now();
    await app.close();
    expect(performance.now() - beganMs).toBeLessThan(3_000);
    await waitUntil(() => stream.hasEnded);
    expect(stream.names).toEqual(['next']);
  });

  test('is refused beyond the account’s limit until another one ends', async () => {
    const app = await startApp({
      settings: { MAX_SUBSCRIPTIONS_PER_ACCOUNT: '2' },
      script: (upstream) => upstream.setMessages([message(1)]),
    });
    const first = await openEventStream(app.url, document);
    const second = await openEventStream(app.url, document);
    await Promise.all([first.result(1), second.result(1)]);
    const third = await openEventStream(app.url, document);
    expect(await third.result(1)).toMatchObject({ errors: [{ extensions: { code: 'RATE_LIMITED' } }] });
    first.close();
    await waitUntil(async () => {
      const next = await openEventStream(app.url, document);
      const result = await next.result(1);
      next.close();
      return JSON.stringify(result) === JSON.stringify(usage('1.00', 1));
    });
    second.close();
  });
});
