import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { startApp } from '../support/app.ts';
import { claims, signWithSecret } from './credentials.ts';

const JWT_SECRET = 's3cret-s3cret-s3cret-s3cret-s3cret';
const ask = '{ __typename }';

describe('JWT_ACCOUNT_CLAIM', () => {
  test.each([
    ['tenant', { tenant: 'acme' }],
    ['tenant.id', { tenant: { id: 'acme:eu' } }],
    ['https://issuer.example/tenant', { 'https://issuer.example/tenant': 'auth0|5f7c' }],
    ['org', { org: 4711 }],
    ['sub', {}],
  ])('%s names the account of a token with %j', async (JWT_ACCOUNT_CLAIM, claim) => {
    const app = await startApp({ settings: { JWT_SECRET, JWT_ACCOUNT_CLAIM } });
    const token = await signWithSecret(claims(undefined, claim), JWT_SECRET);
    expect((await app.query(ask, {}, { authorization: `Bearer ${token}` })).status).toBe(200);
  });

  test.each([
    ['tenant', { account: 'acme' }],
    ['tenant.id', { tenant: 'acme' }],
    ['tenant.toString', { tenant: {} }],
    ['org', { org: 2 ** 53 }],
    ['org', { org: '.hidden' }],
    ['org', { org: `a${'b'.repeat(128)}` }],
  ])('%s finds no account in a token with %j, and the metric says why', async (JWT_ACCOUNT_CLAIM, claim) => {
    const app = await startApp({ settings: { JWT_SECRET, JWT_ACCOUNT_CLAIM } });
    const token = await signWithSecret(claims(undefined, claim), JWT_SECRET);
    expect((await app.query(ask, {}, { authorization: `Bearer ${token}` })).status).toBe(401);
    expect(await (await app.get('/metrics')).text()).toContain(
      'usage_refused_credentials_total{reason="claim_account"} 1',
    );
  });
});

test('why a credential was refused is counted by reason, and told to nobody who asks', async () => {
  const app = await startApp({ settings: { JWT_SECRET, JWT_AUDIENCE: 'usage' } });
  const expired = Math.floor(Date.now() / 1_000) - 60;
  const tokens: Readonly<Record<string, string>> = {
    missing: '',
    no_bearer_token: 'Basic abc',
    malformed: 'Bearer abc',
    signature: `Bearer ${await signWithSecret(claims('acme', { aud: 'usage' }), `other ${JWT_SECRET}`)}`,
    expired: `Bearer ${await signWithSecret(claims('acme', { aud: 'usage', exp: expired }), JWT_SECRET)}`,
    claim_aud: `Bearer ${await signWithSecret(claims('acme', { aud: 'else' }), JWT_SECRET)}`,
  };
  const answers = await Promise.all(
    Object.values(tokens).map((authorization) =>
      app.query(ask, {}, authorization === '' ? {} : { authorization }),
    ),
  );
  expect(new Set(answers.map(({ status, body }) => JSON.stringify([status, body]))).size).toBe(1);
  const metrics = await (await app.get('/metrics')).text();
  for (const reason of Object.keys(tokens))
    expect(metrics).toContain(`usage_refused_credentials_total{reason="${reason}"} 1`);
});

test('npm run token prints a token that the service takes', async () => {
  const settings = { JWT_SECRET, JWT_ACCOUNT_CLAIM: 'tenant.id', JWT_AUDIENCE: 'usage', JWT_ISSUER: 'me' };
  const app = await startApp({ settings });
  const env = { ...process.env, ...settings };
  const run = (...args: readonly string[]) =>
    promisify(execFile)('npm', ['run', '--silent', 'token', '--', ...args], { env });
  const { stdout } = await run('acme', '--write', '--minutes', '5');
  expect((await app.query(ask, {}, { authorization: `Bearer ${stdout.trim()}` })).status).toBe(200);
  await expect(run('a b')).rejects.toThrow('ACCOUNT must be');
  await expect(run('acme', '--minutes', '0')).rejects.toThrow('--minutes must be');
});
