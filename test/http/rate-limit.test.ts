import { createServer, type Socket } from 'node:net';
import { Redis } from 'ioredis';
import { afterAll, describe, expect, it } from 'vitest';
import { type App, startApp } from '../support/app.ts';
import { startScriptedUpstream } from '../support/scripted-upstream.ts';
import { makeApiKeys } from './credentials.ts';

const keys = makeApiKeys('acme', 'globex');

async function startLimited(settings: Readonly<Record<string, string>>): Promise<App> {
  const upstream = await startScriptedUpstream();
  return startApp({
    upstream,
    settings: { UPSTREAM_URL: `${upstream.url}/accounts/{account}`, API_KEYS_FILE: keys.file, ...settings },
  });
}

async function ask(app: App, account: 'acme' | 'globex', times: number): Promise<readonly number[]> {
  const statuses: number[] = [];
  for (let n = 0; n < times; n += 1)
    statuses.push((await app.query('{ __typename }', {}, keys.headers[account])).status);
  return statuses;
}

describe('a noisy account', () => {
  it('is told when to come back, in the shape of each endpoint, while another account is served', async () => {
    const app = await startLimited({ RATE_LIMIT_PER_MINUTE: '3' });
    expect(await ask(app, 'acme', 5)).toEqual([200, 200, 200, 429, 429]);
    expect(await ask(app, 'globex', 1)).toEqual([200]);

    const { body, headers } = await app.query('{ __typename }', {}, keys.headers.acme);
    const [error] = body.errors ?? [];
    const retryAfterSeconds = Number(error?.extensions['retryAfterSeconds']);
    expect(error?.extensions.code).toBe('RATE_LIMITED');
    expect(retryAfterSeconds).toBeGreaterThan(0);
    expect(retryAfterSeconds).toBeLessThanOrEqual(60);
    expect(headers.get('retry-after')).toBe(String(retryAfterSeconds));

    for (const path of ['/usage', '/usage.csv']) {
      const response = await app.get(path, keys.headers.acme);
      expect(response.status).toBe(429);
      expect(await response.json()).toEqual({
        error: expect.objectContaining({ code: 'RATE_LIMITED', retryAfterSeconds: expect.any(Number) }),
      });
    }
    // Health is nobody's, so nobody's noise counts against it.
    expect((await app.get('/livez', keys.headers.acme)).status).toBe(200);
  });

  it('is not limited where there is one account and no authentication, unless it is wished for', async () => {
    const open = await startApp();
    const statuses = await Promise.all(
      Array.from({ length: 700 }, async () => (await open.get('/usage')).status),
    );
    expect(statuses).not.toContain(429);
    const limited = await startApp({ settings: { RATE_LIMIT_PER_MINUTE: '2' } });
    const few = await Promise.all(
      Array.from({ length: 3 }, async () => (await limited.get('/usage')).status),
    );
    expect(few.filter((status) => status === 429)).toHaveLength(1);
  });
});

describe('without Redis', () => {
  it('counts in memory at once when nothing listens at REDIS_URL', async () => {
    const app = await startLimited({ RATE_LIMIT_PER_MINUTE: '3', REDIS_URL: 'redis://127.0.0.1:1' });
    const startMs = performance.now();
    expect(await ask(app, 'acme', 5)).toEqual([200, 200, 200, 429, 429]);
    expect(performance.now() - startMs).toBeLessThan(1_000);
  });

  it('counts in memory within 200 ms when what listens there says nothing', async () => {
    const sockets = new Set<Socket>();
    const silent = createServer((socket) => sockets.add(socket));
    const { promise, resolve } = Promise.withResolvers<void>();
    silent.listen(0, '127.0.0.1', resolve);
    await promise;
    const address = silent.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    try {
      const app = await startLimited({ RATE_LIMIT_PER_MINUTE: '3', REDIS_URL: `redis://127.0.0.1:${port}` });
      const startMs = performance.now();
      expect(await ask(app, 'acme', 1)).toEqual([200]);
      // 200 ms for the fallback, and what a busy machine takes for a request.
      expect(performance.now() - startMs).toBeLessThan(200 + 300);
      expect(await ask(app, 'acme', 4)).toEqual([200, 200, 429, 429]);
    } finally {
      for (const socket of sockets) socket.destroy();
      silent.close();
    }
  });
});

const redisUrl = process.env['TEST_REDIS_URL'] ?? '';
describe.runIf(redisUrl !== '')('with the Redis of TEST_REDIS_URL', () => {
  const redis = redisUrl === '' ? null : new Redis(redisUrl);
  afterAll(() => redis?.disconnect());

  it('counts the requests of all instances together', async () => {
    await redis?.flushdb();
    const settings = { RATE_LIMIT_PER_MINUTE: '4', REDIS_URL: redisUrl };
    const apps = [await startLimited(settings), await startLimited(settings)] as const;
    await waitForRedis(apps);
    await redis?.flushdb();
    expect(await ask(apps[0], 'acme', 2)).toEqual([200, 200]);
    expect(await ask(apps[1], 'acme', 3)).toEqual([200, 200, 429]);
    expect(await ask(apps[0], 'acme', 1)).toEqual([429]);
    expect(await ask(apps[0], 'globex', 1)).toEqual([200]);
  });

  it('goes on in memory when Redis hangs', async () => {
    await redis?.flushdb();
    const app = await startLimited({ RATE_LIMIT_PER_MINUTE: '1000', REDIS_URL: redisUrl });
    await waitForRedis([app]);
    // Holds every other client's commands back.
    await redis?.call('client', 'pause', '3000', 'all');
    const startMs = performance.now();
    expect(await ask(app, 'acme', 1)).toEqual([200]);
    expect(performance.now() - startMs).toBeLessThan(200 + 300);
    expect(await ask(app, 'acme', 5)).toEqual([200, 200, 200, 200, 200]);
    expect(performance.now() - startMs).toBeLessThan(2_000);
  });
});

/** Until an instance's requests are seen in Redis: it connects while it starts. */
async function waitForRedis(apps: readonly App[]): Promise<void> {
  const redis = new Redis(redisUrl);
  try {
    for (const app of apps) {
      await redis.flushdb();
      for (let tries = 0; tries < 50 && (await redis.dbsize()) === 0; tries += 1) {
        await ask(app, 'globex', 1);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      expect(await redis.dbsize()).toBeGreaterThan(0);
    }
  } finally {
    redis.disconnect();
  }
}
