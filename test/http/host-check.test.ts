import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { type App, startApp } from '../support/app.ts';
import { makeApiKeys, writeTemporaryFile } from './credentials.ts';

/** GETs a path under a name that leads to the service, as a browser does whose resolver was lied to. */
async function call(
  app: App,
  host: string,
  path = '/usage',
  headers: Readonly<Record<string, string>> = {},
): Promise<[number | undefined, string]> {
  const sent = request(`${app.url}${path}`, { headers: { ...headers, host } }).end();
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    sent.once('response', resolve).once('error', reject);
  });
  const body = await text(response);
  if (!sent.closed) await once(sent, 'close');
  return [response.statusCode, body];
}

const foreign = ['evil.example', 'evil.example:4000', 'localhost.evil.example', '127.0.0.1.evil.example'];
const odd = ['localhost:80:80', '[evil]', '[127.0.0.1', 'localhost@evil.example', '10.0.0.1', '0.0.0.0', 'x'];
const own = [
  'localhost',
  'LocalHost:4000',
  '127.0.0.1',
  '127.0.0.1:4000',
  '127.8.8.8',
  '[::1]',
  '[::1]:4000',
];

describe('a service for this machine alone', () => {
  it('answers to this machine’s names and to no other, whatever the path', async () => {
    const app = await startApp();
    await app.waitForRevision(1);
    for (const host of own) expect([host, (await call(app, host))[0]]).toEqual([host, 200]);
    for (const host of [...foreign, ...odd]) expect([host, (await call(app, host))[0]]).toEqual([host, 421]);
    for (const path of ['/', '/usage.csv', '/metrics', '/livez', '/readyz', '/nothing', '/graphql?query=x'])
      expect([path, (await call(app, 'evil.example', path))[0]]).toEqual([path, 421]);
  });

  it('says why in the shape of each endpoint', async () => {
    const app = await startApp();
    const message =
      'Without authentication, this answers only when it is called localhost or by its own address.';
    const [, rest] = await call(app, 'evil.example');
    expect(JSON.parse(rest)).toEqual({ error: { code: 'FORBIDDEN', message } });
    const [, graphql] = await call(app, 'evil.example', '/graphql?query=%7B__typename%7D');
    expect(JSON.parse(graphql)).toEqual({ errors: [{ message, extensions: { code: 'FORBIDDEN' } }] });
  });
});

describe('a service that others may reach', () => {
  it('answers to any name: with authentication, or where anonymous access is wished for', async () => {
    const keys = writeTemporaryFile('no-keys.json', '[]');
    const closed = await startApp({ settings: { API_KEYS_FILE: keys } });
    expect((await call(closed, 'usage.example.com'))[0]).toBe(401);
    expect((await call(closed, 'usage.example.com', '/livez'))[0]).toBe(200);
    for (const HOST of ['0.0.0.0', '127.0.0.1']) {
      const open = await startApp({ settings: { HOST, ALLOW_ANONYMOUS: 'true' } });
      expect((await call(open, 'usage.example.com', '/livez'))[0]).toBe(200);
    }
  });

  it('tells metrics without a key only to who calls it by this machine’s names', async () => {
    const keys = makeApiKeys('ops');
    for (const settings of [{ API_KEYS_FILE: keys.file }, { ALLOW_ANONYMOUS: 'true' }]) {
      const app = await startApp({ settings });
      for (const host of own) expect([host, (await call(app, host, '/metrics'))[0]]).toEqual([host, 200]);
      for (const host of [...foreign, ...odd])
        expect([host, (await call(app, host, '/metrics'))[0]]).toEqual([host, 401]);
    }
    const app = await startApp({ settings: { API_KEYS_FILE: keys.file } });
    const far = await call(app, 'usage.example.com', '/metrics', keys.headers.ops);
    expect(far[0]).toBe(200);
  });
});
