import { setTimeout as sleep } from 'node:timers/promises';

import { createClient } from 'graphql-ws';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';

import { makeApiKeys } from '../http/credentials.ts';
import { type AppOptions, startApp as start, waitUntil } from '../support/app.ts';

function startApp({ settings, ...options }: AppOptions) {
  return start({ ...options, settings: { SYNC_INTERVAL_MS: '500', ...settings } });
}

const query = 'subscription { usageChanged { totals { creditsUsed messageCount } } }';

function message(id: number): object {
  return { id, text: 'Hi', timestamp: `2026-11-16T09:00:0${id}.000Z` };
}

interface Watch {
  readonly results: unknown[];
  readonly errors: unknown[];
  hasCompleted: boolean;
  close(): void;
}

/** Subscribes as graphql-ws's own client does. */
function watch(url: string, connectionParams: Record<string, unknown> = {}, document = query): Watch {
  const client = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams,
    retryAttempts: 0,
  });
  const seen: Watch = { results: [], errors: [], hasCompleted: false, close: () => void client.dispose() };
  client.subscribe(
    { query: document },
    {
      next: (result) => seen.results.push(result),
      error: (error) => seen.errors.push(error),
      complete: () => {
        seen.hasCompleted = true;
      },
    },
  );
  return seen;
}

function usage(creditsUsed: string, messageCount: number): object {
  return { data: { usageChanged: { totals: { creditsUsed, messageCount } } } };
}

describe('a WebSocket', () => {
  test('tells the usage at once, and then with each change of it', async () => {
    const app = await startApp({ script: (upstream) => upstream.setMessages([message(1)]) });
    const seen = watch(app.url);
    await waitUntil(() => seen.results.length === 1);
    app.upstream.setMessages([message(1), message(2)]);
    await waitUntil(() => seen.results.length === 2);
    expect(seen.results).toEqual([usage('1.00', 1), usage('2.00', 2)]);
    seen.close();
  });

  test('takes its credential in the first message, and shows that account alone', async () => {
    const keys = makeApiKeys('acme', 'zenith');
    const app = await startApp({
      settings: { API_KEYS_FILE: keys.file },
      script: (upstream) => upstream.setMessages([message(1)]),
    });
    const stranger = watch(app.url);
    const wrong = watch(app.url, { 'x-api-key': 'made up' });
    const known = watch(app.url, { 'X-Api-Key': keys.headers.acme['x-api-key'] });
    await waitUntil(() => stranger.errors.length > 0 && wrong.errors.length > 0 && known.results.length > 0);
    expect(stranger.errors).toMatchObject([{ code: 4403 }]);
    expect(wrong.errors).toMatchObject([{ code: 4403 }]);
    expect(known.results).toEqual([usage('1.00', 1)]);
    known.close();
  });

  test('answers subscriptions alone, and says where queries go', async () => {
    const app = await startApp({ script: (upstream) => upstream.setMessages([message(1)]) });
    const seen = watch(app.url, {}, '{ usage { totals { creditsUsed } } }');
    await waitUntil(() => seen.errors.length > 0);
    expect(seen.errors).toMatchObject([[{ message: expect.stringContaining('send queries to /graphql') }]]);
    seen.close();
  });

  test('holds no more subscriptions than the limit of a connection', async () => {
    const app = await startApp({
      settings: { MAX_SUBSCRIPTIONS_PER_CONNECTION: '2' },
      script: (upstream) => upstream.setMessages([message(1)]),
    });
    const client = createClient({
      url: `${app.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
    });
    const outcomes: string[] = [];
    for (let count = 0; count < 3; count += 1) {
      client.subscribe(
        { query },
        {
          next: () => outcomes.push('told'),
          error: (error) => outcomes.push(JSON.stringify(error)),
          complete: () => {},
        },
      );
    }
    await waitUntil(() => outcomes.length === 3);
    expect(outcomes.toSorted()).toEqual([expect.stringContaining('RATE_LIMITED'), 'told', 'told']);
    await client.dispose();
  });

  test('is told that the service goes away, so that its client comes back', async () => {
    const app = await startApp({ script: (upstream) => upstream.setMessages([message(1)]) });
    const seen = watch(app.url);
    await waitUntil(() => seen.results.length === 1);
    await app.close();
    await waitUntil(() => seen.errors.length > 0);
    expect(seen.errors).toMatchObject([{ code: 1001 }]);
    expect(seen.hasCompleted).toBe(false);
  });

  test('is closed when it sends what is no message, or too much', async () => {
    const app = await startApp({ settings: { BODY_MAX_BYTES: '2000' } });
    const codes = await Promise.all(
      ['{', 'x'.repeat(3_000)].map(async (text) => {
        const socket = new WebSocket(`${app.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
        socket.on('open', () => socket.send(text));
        const { promise, resolve } = Promise.withResolvers<number>();
        socket.on('close', resolve);
        socket.on('error', () => {});
        return promise;
      }),
    );
    expect(codes).toEqual([4400, expect.any(Number)]);
    await sleep(50);
    expect((await app.get('/livez')).status).toBe(200);
  });
});
