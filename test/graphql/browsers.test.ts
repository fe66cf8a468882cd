import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type App, startApp } from '../support/app.ts';
import { tellWorkedExamples } from '../support/worked-examples.ts';

const page = 'https://app.example.com';
const html = { accept: 'text/html,application/xhtml+xml' };

function preflight(url: string, origin: string): Promise<Response> {
  return fetch(`${url}/graphql`, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type',
    },
  });
}

describe('while introspection is on', () => {
  let app: App;
  beforeAll(async () => {
    app = await startApp({ script: tellWorkedExamples, settings: { CORS_ORIGINS: page } });
  });
  afterAll(() => app.close());

  test.each(['https://studio.apollographql.com', 'https://sandbox.embed.apollographql.com', page])(
    'pages of %s may send queries and read the answers',
    async (origin) => {
      const allowed = await preflight(app.url, origin);
      expect(allowed.status).toBe(204);
      expect(allowed.headers.get('access-control-allow-origin')).toBe(origin);
      expect(allowed.headers.get('access-control-allow-methods')).toContain('POST');
      const { headers } = await app.query('{ __typename }', {}, { origin });
      expect(headers.get('access-control-allow-origin')).toBe(origin);
    },
  );

  test('pages of other origins may not', async () => {
    const refused = await preflight(app.url, 'https://evil.example.com');
    expect(refused.headers.get('access-control-allow-origin')).toBeNull();
  });

  test("a browser's GET /graphql opens Apollo Sandbox", async () => {
    const response = await app.get('/graphql', html);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain('text/html');
    expect(await response.text()).toMatch(/embeddable-sandbox/);
  });

  test('queries may come by GET', async () => {
    const path = `/graphql?query=${encodeURIComponent('{ usage { totals { creditsUsed } } }')}`;
    const answered = await app.get(path);
    expect(await answered.json()).toEqual({ data: { usage: { totals: { creditsUsed: '90.45' } } } });
  });

  test('the schema can be asked for', async () => {
    expect(await app.data('{ __type(name: "Usage") { name } }')).toEqual({ __type: { name: 'Usage' } });
  });
});

describe('CORS_ORIGINS with a wildcard', () => {
  let app: App;
  beforeAll(async () => {
    const CORS_ORIGINS = 'https://*.acme.example, http://*.local.test:8080';
    app = await startApp({ script: tellWorkedExamples, settings: { CORS_ORIGINS } });
  });
  afterAll(() => app.close());

  test.each([
    'https://billing.acme.example',
    'https://a.b-1.acme.example',
    'https://xn--bcher-kva.acme.example',
    'http://web.local.test:8080',
  ])('lets %s in, by POST and by GET', async (origin) => {
    expect((await preflight(app.url, origin)).headers.get('access-control-allow-origin')).toBe(origin);
    const crossSite = { origin, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors' };
    const { status, headers } = await app.query('{ __typename }', {}, crossSite);
    expect([status, headers.get('access-control-allow-origin')]).toEqual([200, origin]);
    const got = await app.get('/graphql?query={__typename}', crossSite);
    expect([got.status, got.headers.get('access-control-allow-origin')]).toEqual([200, origin]);
    expect(got.headers.get('vary')).toMatch(/origin/i);
  });

  test.each([
    'https://acme.example',
    'http://billing.acme.example',
    'https://billing.acme.example:8443',
    'https://billing-acme.example',
    'https://acme.example.evil.test',
    'https://evil.test/.acme.example',
    'https://.acme.example',
    'http://web.local.test',
    'null',
  ])('keeps %s out', async (origin) => {
    expect((await preflight(app.url, origin)).headers.get('access-control-allow-origin')).toBeNull();
    const crossSite = { origin, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors' };
    const got = await app.get('/graphql?query={__typename}', crossSite);
    expect([got.status, got.headers.get('access-control-allow-origin')]).toEqual([403, null]);
  });
});

test('production offers neither Sandbox nor the schema', async () => {
  const app = await startApp({ script: tellWorkedExamples, settings: { NODE_ENV: 'production' } });
  expect(await (await app.get('/graphql', html)).text()).not.toMatch(/sandbox/i);
  const { body } = await app.query('{ __schema { types { name } } }');
  expect(body.errors).toHaveLength(1);
  expect(
    (await preflight(app.url, 'https://studio.apollographql.com')).headers.get('access-control-allow-origin'),
  ).toBeNull();
  expect(await app.data('{ usage { totals { creditsUsed } } }')).toEqual({
    usage: { totals: { creditsUsed: '90.45' } },
  });
  await app.close();
});
