import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { type App, startApp } from '../support/app.ts';
import { sendRaw } from '../support/raw-request.ts';

let app: App;
beforeAll(async () => {
  app = await startApp({ upstream: null });
  await app.waitForRevision(1);
});

const getRaw = (path: string, headers: Record<string, string>) => sendRaw(app.url + path, { headers });

const page = encodeURIComponent('{ usage { messages { nodes { id text creditsUsed } } } }');
const long = ['/usage', '/usage.csv', `/graphql?query=${page}`];

describe('answers over 1 kB', () => {
  it.each(long)('are compressed for clients that accept it: %s', async (path) => {
    const plain = await getRaw(path, {});
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(plain.body.length).toBeGreaterThan(2_000);
    const gzip = await getRaw(path, { 'accept-encoding': 'gzip' });
    expect(gzip.headers).toMatchObject({ 'content-encoding': 'gzip' });
    expect(gunzipSync(gzip.body)).toEqual(plain.body);
    const brotli = await getRaw(path, { 'accept-encoding': 'gzip, deflate, br' });
    expect(brotli.headers).toMatchObject({ 'content-encoding': 'br' });
    expect(brotliDecompressSync(brotli.body)).toEqual(plain.body);
    expect(brotli.body.length).toBeLessThan(plain.body.length / 2);
    expect(gzip.headers['vary']).toMatch(/accept-encoding/i);
  });

  it('are known by the same ETag, compressed or not', async () => {
    const { headers } = await getRaw('/usage', { 'accept-encoding': 'br' });
    const again = await app.get('/usage', { 'if-none-match': String(headers['etag']) });
    expect(again.status).toBe(304);
  });
});

it('leaves short answers as they are', async () => {
  const { headers } = await getRaw('/livez', { 'accept-encoding': 'gzip' });
  expect(headers['content-encoding']).toBeUndefined();
});

describe('a wrong method on a known path', () => {
  it.each([
    ['/usage', 'POST', 'GET, HEAD'],
    ['/usage.csv', 'DELETE', 'GET, HEAD'],
    ['/graphql', 'PUT', 'GET, POST, HEAD'],
    ['/livez', 'PATCH', 'GET, HEAD'],
    ['/', 'POST', 'GET, HEAD'],
  ])('of %s is 405: %s', async (path, method, allow) => {
    const body = method === 'DELETE' ? {} : { body: 'x'.repeat(300) };
    const response = await fetch(app.url + path, { method, ...body });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')?.split(', ').toSorted()).toEqual(allow.split(', ').toSorted());
  });

  it('is 404 on an unknown path', async () => {
    expect((await fetch(`${app.url}/nowhere`, { method: 'POST' })).status).toBe(404);
  });
});

it.each(['/usage/', '/usage.csv/', '/livez/', '/readyz/'])(
  'a slash at the end is ignored: %s',
  async (path) => {
    expect((await app.get(path)).status).toBe(200);
  },
);

it('GraphQL is answered at /graphql/ in the same shape, errors too', async () => {
  const answered = await app.get(`/graphql/?query=${page}`);
  expect(await answered.json()).toEqual(await (await app.get(`/graphql?query=${page}`)).json());
  const refused = await app.get('/graphql/?documentId=unknown');
  expect(await refused.json()).toMatchObject({ errors: [{ message: 'PersistedQueryNotFound' }] });
});

it.each(['period=1', 'page=2&x', '_=1732550400'])('GET /usage refuses the parameters %s', async (search) => {
  const response = await app.get(`/usage?${search}`);
  const argument = search.replace(/[=&].*/, '');
  expect([response.status, await response.json()]).toMatchObject([
    400,
    { error: { code: 'BAD_USER_INPUT', argument, message: expect.stringContaining(`"${argument}"`) } },
  ]);
});

it('lets pages read the headers that they need, and tells them how many requests are left', async () => {
  const limited = await startApp({
    upstream: null,
    settings: { RATE_LIMIT_PER_MINUTE: '5', CORS_ORIGINS: 'https://*.example.com' },
  });
  const response = await limited.get('/usage', { origin: 'https://app.example.com' });
  expect(response.headers.get('access-control-allow-origin')).toBe('https://app.example.com');
  const exposed = response.headers.get('access-control-expose-headers')?.toLowerCase().split(/, ?/);
  expect(exposed).toEqual(
    expect.arrayContaining([
      'etag',
      'retry-after',
      'content-disposition',
      'ratelimit-limit',
      'ratelimit-remaining',
      'ratelimit-reset',
      'x-usage-set-aside',
    ]),
  );
  expect(response.headers.get('ratelimit-limit')).toBe('5');
  expect(response.headers.get('ratelimit-remaining')).toBe('4');
  expect(Number(response.headers.get('ratelimit-reset'))).toBeGreaterThan(0);
});
