import { beforeAll, describe, expect, it } from 'vitest';
import { type App, startApp } from '../support/app.ts';
import { startScriptedUpstream } from '../support/scripted-upstream.ts';
import {
  audience,
  claims,
  issuer,
  type Issuer,
  makeApiKeys,
  signWithSecret,
  startIssuer,
} from './credentials.ts';

const paths = ['/graphql?query={__typename}', '/usage', '/usage.csv', '/usage.csv?period=1'];
const secret = '0123456789abcdef0123456789abcdef';
const nowS = Math.floor(Date.now() / 1_000);

async function startGuarded(settings: Readonly<Record<string, string>>): Promise<App> {
  const upstream = await startScriptedUpstream();
  const message = { id: 1, text: 'aba', timestamp: '2024-05-01T00:00:00.000Z' };
  upstream.forAccount('acme').setMessages([message]);
  return startApp({
    upstream,
    settings: { UPSTREAM_URL: `${upstream.url}/accounts/{account}`, ...settings },
  });
}

/** Whether a credential opens all paths, or none with one and the same answer; anything else fails. */
async function isLetIn(app: App, headers: Record<string, string>): Promise<boolean> {
  const answers = await Promise.all(
    paths.map(async (path) => {
      const response = await app.get(path, headers);
      return {
        status: response.status,
        body: await response.text(),
        type: response.headers.get('www-authenticate'),
      };
    }),
  );
  if (answers.every(({ status }) => status === 200)) return true;
  const refusal = {
    code: 'UNAUTHENTICATED',
    message: 'This needs a valid credential: a bearer token, or an API key as x-api-key.',
  };
  const rest = { status: 401, body: JSON.stringify({ error: refusal }), type: 'Bearer' };
  const { code, message } = refusal;
  const graphql = { ...rest, body: JSON.stringify({ errors: [{ message, extensions: { code } }] }) };
  expect(answers).toEqual([graphql, rest, rest, rest]);
  return false;
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

describe('tokens of an issuer', () => {
  let app: App;
  let theIssuer: Issuer;
  let stranger: Issuer;
  beforeAll(async () => {
    [theIssuer, stranger] = await Promise.all([startIssuer(), startIssuer()]);
    app = await startGuarded({
      JWT_JWKS_URL: theIssuer.jwksUrl,
      JWT_ISSUER: issuer,
      JWT_AUDIENCE: audience,
      RATE_LIMIT_REFUSALS_PER_MINUTE: '1000000',
    });
  });

  async function withToken(token: string): Promise<boolean> {
    return isLetIn(app, { authorization: `Bearer ${token}` });
  }

  it('open what is their account’s', async () => {
    expect(await withToken(await theIssuer.sign(claims('acme')))).toBe(true);
  });

  it.each([
    ['expired', claims('acme', { exp: nowS - 60 })],
    ['never expiring', claims('acme', { exp: undefined })],
    ['not valid yet', claims('acme', { nbf: nowS + 600 })],
    ['issued in the future', claims('acme', { iat: nowS + 600 })],
    ['issued more than a day ago', claims('acme', { iat: nowS - 90_000 })],
    ['of unknown age', claims('acme', { iat: undefined })],
    ['of another issuer', claims('acme', { iss: 'https://other.example' })],
    ['of no issuer', claims('acme', { iss: undefined })],
    ['for another audience', claims('acme', { aud: 'billing' })],
    ['for no audience', claims('acme', { aud: undefined })],
    ['without a subject', claims('acme', { sub: undefined })],
    ['with an empty subject', claims('acme', { sub: '' })],
    ['without an account', claims(undefined)],
    ['of an account that is a list', claims(['acme'])],
    ['of an empty account', claims('')],
    ['of an account with a path in it', claims('../acme')],
    ['of an account with a line break in it', claims('acme\n')],
    ['of an account of 129 characters', claims('a'.repeat(129))],
  ])('open nothing when they are %s', async (_what, payload) => {
    expect(await withToken(await theIssuer.sign(payload))).toBe(false);
  });

  it('open nothing when another key signed them, whatever key they name', async () => {
    expect(await withToken(await stranger.sign(claims('acme')))).toBe(false);
    expect(await withToken(await theIssuer.sign(claims('acme'), { kid: 'k2' }))).toBe(false);
  });

  it('open nothing when they are not signed, or with the public key as a secret', async () => {
    expect(await withToken(`${encode({ alg: 'none' })}.${encode(claims('acme'))}.`)).toBe(false);
    expect(await withToken(await signWithSecret(claims('acme'), theIssuer.publicKeyText))).toBe(false);
  });

  it('open nothing when a letter of them is changed', async () => {
    const token = await theIssuer.sign(claims('acme'));
    expect(await withToken(token)).toBe(true);
    const [head = '', , signature = ''] = token.split('.');
    const other = Buffer.from(JSON.stringify(claims('globex'))).toString('base64url');
    expect(await withToken(`${head}.${other}.${signature}`)).toBe(false);
  });

  it.each(['', 'Bearer', 'Bearer ', 'Bearer x', 'Bearer a.b.c', 'Basic YWNtZTphY21l', 'x'])(
    'are missing in the authorization %j',
    async (authorization) => {
      expect(await isLetIn(app, { authorization })).toBe(false);
      expect(await isLetIn(app, {})).toBe(false);
    },
  );

  it('are checked with keys that are read a few times at most', async () => {
    const before = theIssuer.readCount;
    const strange = await Promise.all(
      Array.from({ length: 20 }, (_, n) => theIssuer.sign(claims('acme'), { kid: `made-up-${n}` })),
    );
    for (const token of strange) expect(await withToken(token)).toBe(false);
    expect(theIssuer.readCount - before).toBeLessThanOrEqual(1);
  });
});

describe('tokens of an issuer that does not answer', () => {
  it('are neither good nor bad: 503, to be tried again', async () => {
    const theIssuer = await startIssuer();
    theIssuer.breakDown();
    const app = await startGuarded({
      JWT_JWKS_URL: theIssuer.jwksUrl,
      JWT_ISSUER: issuer,
      JWT_AUDIENCE: audience,
    });
    const authorization = `Bearer ${await theIssuer.sign(claims('acme'))}`;
    const response = await app.get('/usage', { authorization });
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('5');
    expect(await response.text()).not.toContain(theIssuer.jwksUrl);
    expect((await app.get('/readyz')).status).toBe(200);
  });
});

describe('tokens with a shared secret', () => {
  it('open what is their account’s until they expire', async () => {
    let nowMs = Date.now();
    const upstream = await startScriptedUpstream();
    upstream.forAccount('acme').setMessages([]);
    const app = await startApp({
      upstream,
      now: () => new Date(nowMs),
      settings: { UPSTREAM_URL: `${upstream.url}/accounts/{account}`, JWT_SECRET: secret },
    });
    const authorization = `Bearer ${await signWithSecret(claims('acme', { exp: nowS + 30 }), secret)}`;
    expect(await isLetIn(app, { authorization })).toBe(true);
    // Remembered tokens expire as well: 30 s, and 5 s for clocks that differ.
    nowMs += 36_000;
    expect(await isLetIn(app, { authorization })).toBe(false);
  });

  it('open nothing with another secret or another algorithm', async () => {
    const app = await startGuarded({ JWT_SECRET: secret });
    for (const token of [
      await signWithSecret(claims('acme'), secret.replace('0', '1')),
      await signWithSecret(claims('acme'), secret.repeat(2), 'HS512'),
    ]) {
      expect(await isLetIn(app, { authorization: `Bearer ${token}` })).toBe(false);
    }
  });
});

describe('API keys', () => {
  it('open what is their account’s, and nothing else does', async () => {
    const keys = makeApiKeys('acme', 'globex');
    const app = await startGuarded({ API_KEYS_FILE: keys.file });
    const { 'x-api-key': key } = keys.headers.acme;
    expect(await isLetIn(app, keys.headers.acme)).toBe(true);
    for (const wrong of [`${key}x`, key.slice(1), key.toLowerCase(), key.toUpperCase(), 'x', ' '])
      expect(await isLetIn(app, { 'x-api-key': wrong })).toBe(false);
    // A token is no key, and a key is no token.
    expect(await isLetIn(app, { authorization: `Bearer ${key}` })).toBe(false);
    expect(await isLetIn(app, {})).toBe(false);
  });

  it('count before a token that came along', async () => {
    const keys = makeApiKeys('acme');
    const app = await startGuarded({ API_KEYS_FILE: keys.file, JWT_SECRET: secret });
    const authorization = `Bearer ${await signWithSecret(claims('acme'), secret)}`;
    expect(await isLetIn(app, { authorization })).toBe(true);
    expect(await isLetIn(app, { authorization, 'x-api-key': 'wrong' })).toBe(false);
    expect(await isLetIn(app, { ...keys.headers.acme, authorization: 'Bearer wrong' })).toBe(true);
  });
});

describe('what is open to everybody', () => {
  it('is health, the way to the page and the page, which runs no query', async () => {
    const keys = makeApiKeys('acme');
    const app = await startGuarded({ API_KEYS_FILE: keys.file });
    expect((await app.get('/livez')).status).toBe(200);
    expect((await app.get('/readyz')).status).toBe(200);
    expect((await app.get('/nothing')).status).toBe(404);
    const page = await app.get('/graphql?query={usage{totals{creditsUsed}}}', {
      accept: 'text/html,*/*;q=0.8',
    });
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html']);
    expect(await page.text()).not.toContain('creditsUsed');
    // Apollo would rather answer these with JSON; nobody's usage is answered for the want of an account.
    for (const accept of [
      'text/html;q=0.1, application/json',
      'text/html,application/json',
      'text/html;q=0',
    ]) {
      const answer = await app.get('/graphql?query={usage{totals{creditsUsed}}}', {
        accept,
      });
      expect(await answer.text()).not.toContain('"data"');
    }
  });

  it('is not the page where introspection is off', async () => {
    const keys = makeApiKeys('acme');
    const app = await startGuarded({ API_KEYS_FILE: keys.file, NODE_ENV: 'production' });
    expect((await app.get('/graphql', { accept: 'text/html' })).status).toBe(401);
  });

  it('is /metrics on this machine alone; elsewhere it takes a key of the account ops', async () => {
    const keys = makeApiKeys('acme', 'ops');
    const app = await startGuarded({ API_KEYS_FILE: keys.file });
    await app.get('/usage', keys.headers.acme);
    const near = await app.get('/metrics');
    expect(near.status).toBe(200);
    expect(await near.text()).toContain(
      'usage_http_request_seconds_count{method="GET",route="/usage",status="200"} 1\n',
    );
    // A proxy on this machine speaks for somebody elsewhere.
    const far = { 'x-forwarded-for': '203.0.113.7' };
    expect((await app.get('/metrics', far)).status).toBe(401);
    expect((await app.get('/metrics', { ...far, ...keys.headers.acme })).status).toBe(401);
    expect((await app.get('/metrics', { ...far, ...keys.headers.ops })).status).toBe(200);
  });
});

describe('refused credentials', () => {
  it('are answered 429 after too many from one address, which keeps no good one out', async () => {
    const keys = makeApiKeys('acme');
    const app = await startGuarded({ API_KEYS_FILE: keys.file, RATE_LIMIT_REFUSALS_PER_MINUTE: '3' });
    const statuses: number[] = [];
    for (let n = 0; n < 5; n += 1)
      statuses.push((await app.get('/usage', { 'x-api-key': `no-${n}` })).status);
    expect(statuses).toEqual([401, 401, 401, 429, 429]);
    expect((await app.get('/usage', keys.headers.acme)).status).toBe(200);
  });
});
