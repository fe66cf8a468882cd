import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { audience, claims, issuer, startIssuer } from '../http/credentials.ts';
import { startApp, waitUntil } from '../support/app.ts';
import { startScriptedUpstream } from '../support/scripted-upstream.ts';
import { InvalidConfig, loadConfig } from '../../src/config.ts';

// The service as users start it, and upstreams as companies have them.
const list = '{"messages":[{"id":1,"text":"123","timestamp":"2024-04-29T02:08:29.375Z"}]}';

async function startServer(
  listener: RequestListener,
): Promise<{ readonly url: string; readonly seen: IncomingMessage[] }> {
  const seen: IncomingMessage[] = [];
  const server = createServer((incoming, response) => {
    seen.push(incoming);
    listener(incoming, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return { url: `http://127.0.0.1:${address.port}`, seen };
}

async function startOver(settings: Readonly<Record<string, string>>) {
  const unused = await startScriptedUpstream();
  onTestFinished(() => unused.close());
  const app = await startApp({ upstream: unused, settings });
  onTestFinished(() => app.close());
  return app;
}

describe('redirects', () => {
  test.each([301, 302, 307, 308])('%s to the same origin is followed, once', async (status) => {
    const vendor = await startServer((incoming, response) => {
      if (incoming.url === '/v2/list?page=1') response.end(list);
      else response.writeHead(status, { location: '/v2/list?page=1' }).end('moved');
    });
    const app = await startOver({ UPSTREAM_URL: vendor.url });
    await app.waitForRevision(1);
    expect(vendor.seen.slice(0, 2).map(({ url }) => url)).toEqual([
      '/messages/current-period',
      '/v2/list?page=1',
    ]);
  });

  test('to another origin, or on and on, are refused, and the credentials stay at home', async () => {
    const other = await startServer((_incoming, response) => response.end(list));
    const vendor = await startServer((incoming, response) => {
      const location = incoming.url?.startsWith('/away') === true ? `${other.url}/login?token=1` : '/again';
      response.writeHead(302, { location }).end();
    });
    for (const path of ['/away', '/loop']) {
      const app = await startOver({
        UPSTREAM_URL: vendor.url + path,
        UPSTREAM_HEADERS: '{"x-key":"s3cret"}',
      });
      const { body } = await app.query('{ usage { id } }');
      expect(body.errors?.[0]?.extensions.code).toBe('UPSTREAM_UNAVAILABLE');
    }
    expect(other.seen).toEqual([]);
  });
});

test('UPSTREAM_HEADERS go with each call, with the account in its place', async () => {
  const vendor = await startServer((_incoming, response) => response.end(list));
  const UPSTREAM_HEADERS = JSON.stringify({ Authorization: 'Bearer s3cret', 'X-Tenant': 'acme/{account}' });
  const app = await startOver({ UPSTREAM_URL: vendor.url, UPSTREAM_HEADERS });
  await app.waitForRevision(1);
  expect(vendor.seen[0]?.headers).toMatchObject({
    authorization: 'Bearer s3cret',
    'x-tenant': 'acme/default',
  });
});

test.each([
  ['s3cret', /^UPSTREAM_HEADERS must be a JSON object/],
  ['["s3cret"]', /must be a JSON object/],
  ['{"x-key":7}', /must have a text as x-key/],
  ['{"a b":"s3cret"}', /holds "a b"/],
  ['{"x-key":"s3cret\\n"}', /holds "x-key"/],
  ['{"Content-Length":"1"}', /must not hold Content-Length/],
  ['{"x-key":"s3cret","X-Key":"s3cret"}', /twice/],
  ['{"authorization":"s3cret"}', /only one of them can be sent/],
])('UPSTREAM_HEADERS=%s is a fault that holds no secret', async (UPSTREAM_HEADERS, fault) => {
  const env = { UPSTREAM_HEADERS, UPSTREAM_URL: 'http://user:s3cret@vendor', DATABASE_URL: 'memory:' };
  const failure: unknown = await loadConfig(env).catch((error: unknown) => error);
  if (!(failure instanceof InvalidConfig)) throw new Error('it was taken');
  expect(failure.faults).toEqual([expect.stringMatching(fault)]);
  expect(failure.faults[0]).not.toContain('s3cret');
});

/** Passes plain requests on, as a proxy does that is asked for whole URLs. */
function startProxy() {
  return startServer((incoming, response) => {
    const passed = request(incoming.url ?? '', { headers: incoming.headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    passed.once('error', () => response.writeHead(502).end()).end();
  });
}

describe('proxies', () => {
  test.each(['HTTP_PROXY', 'http_proxy'])('%s is gone through', async (name) => {
    const vendor = await startServer((_incoming, response) => response.end(list));
    const proxy = await startProxy();
    const app = await startOver({ UPSTREAM_URL: vendor.url, [name]: proxy.url });
    await app.waitForRevision(1);
    expect(proxy.seen[0]?.url).toBe(`${vendor.url}/messages/current-period`);
  });

  test('lead to the keys of JWT_JWKS_URL too, unless NO_PROXY names their host', async () => {
    const [vendor, keys] = await Promise.all([startScriptedUpstream(), startIssuer()]);
    onTestFinished(() => vendor.close());
    const proxy = await startProxy();
    const token = await keys.sign(claims('acme'));
    for (const NO_PROXY of ['', '127.0.0.1']) {
      const app = await startOver({
        UPSTREAM_URL: vendor.url,
        HTTP_PROXY: proxy.url,
        NO_PROXY,
        JWT_JWKS_URL: keys.jwksUrl,
        JWT_ISSUER: issuer,
        JWT_AUDIENCE: audience,
      });
      const { status } = await app.query('{ __typename }', {}, { authorization: `Bearer ${token}` });
      expect(status).toBe(200);
      expect(keys.readCount).toBe(NO_PROXY === '' ? 1 : 2);
    }
    expect(proxy.seen.filter(({ url }) => url === keys.jwksUrl)).toHaveLength(1);
  });

  test('are left out for the hosts of NO_PROXY, for the other scheme, and for the sample', async () => {
    const vendor = await startServer((_incoming, response) => response.end(list));
    const proxy = await startProxy();
    const apps = await Promise.all([
      startOver({ UPSTREAM_URL: vendor.url, HTTP_PROXY: proxy.url, NO_PROXY: 'example.com,127.0.0.1' }),
      startOver({ UPSTREAM_URL: vendor.url, HTTPS_PROXY: proxy.url }),
      startApp({ upstream: null, settings: { HTTP_PROXY: proxy.url } }),
    ]);
    await Promise.all(apps.map((app) => app.waitForRevision(1)));
    expect(proxy.seen).toEqual([]);
  });
});

test('a user with a lone % is sent as it stands', async () => {
  const vendor = await startServer((_incoming, response) => response.end(list));
  const app = await startOver({ UPSTREAM_URL: vendor.url.replace('//', '//user:100%@') });
  await app.waitForRevision(1);
  await waitUntil(() => vendor.seen.length > 0);
  // base64 of "user:100%"
  expect(vendor.seen[0]?.headers.authorization).toBe('Basic dXNlcjoxMDAl');
});
