import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { InvalidConfig, loadConfig } from '../src/config.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'usage-config-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function faultsOf(env: Record<string, string>): Promise<readonly string[]> {
  try {
    await loadConfig(env);
  } catch (error) {
    if (error instanceof InvalidConfig) return error.faults;
    throw error;
  }
  return [];
}

test('without settings, the documented defaults hold', async () => {
  expect(await loadConfig({})).toMatchObject({
    host: '127.0.0.1',
    port: 4000,
    upstreamUrl: null,
    upstreamTimeoutMs: 5_000,
    syncIntervalMs: 10_000,
    databaseUrl: 'file:.data/sample.db',
    logLevel: 'info',
    corsOrigins: [],
    production: false,
    introspection: true,
  });
});

test('an empty variable counts as unset', async () => {
  const empty = { HOST: '', PORT: '', UPSTREAM_URL: '', DATABASE_URL: '', RATE_CARD: '', CORS_ORIGINS: '' };
  expect(await loadConfig(empty)).toEqual(await loadConfig({}));
});

test.each([
  ['PORT', '65536'],
  ['PORT', '-1'],
  ['PORT', '80.5'],
  ['PORT', '0x50'],
  ['UPSTREAM_URL', 'ftp://example.com'],
  ['UPSTREAM_URL', 'example.com'],
  ['UPSTREAM_TIMEOUT_MS', '0'],
  ['UPSTREAM_TIMEOUT_MS', '5s'],
  ['SYNC_INTERVAL_MS', '0'],
  ['SYNC_INTERVAL_MS', 'often'],
  ['DATABASE_URL', 'mysql://localhost/usage'],
  ['DATABASE_URL', 'usage.db'],
  ['LOG_LEVEL', 'loud'],
  ['CORS_ORIGINS', 'https://app.example.com/path'],
  ['CORS_ORIGINS', '*'],
  ['INTROSPECTION', 'yes'],
  ['NODE_ENV', 'prod'],
  ['NODE_ENV', 'Production'],
  ['RATE_CARD', '/no/such/card.json'],
  ['HOST', '0.0.0.0'],
])('%s=%s is a fault that names the setting', async (name, value) => {
  expect(await faultsOf({ [name]: value })).toEqual([expect.stringContaining(name)]);
});

test('all faults are named at once, those of the rate card each', async () => {
  const path = join(folder, 'bad.json');
  writeFileSync(path, '{"version":"x","base":"-1","perCharacter":"a lot"}');
  const faults = await faultsOf({ PORT: 'http', UPSTREAM_URL: 'nowhere', HOST: '0.0.0.0', RATE_CARD: path });
  const unnamed = ['PORT', 'UPSTREAM_URL', 'HOST 0.0.0.0', 'base', 'perCharacter', 'palindromeFactor'].filter(
    (part) => !faults.some((fault) => fault.includes(part)),
  );
  expect(unnamed).toEqual([]);
});

test('a rate card that is no JSON is a fault of RATE_CARD', async () => {
  const path = join(folder, 'text.json');
  writeFileSync(path, 'base: 1');
  expect(await faultsOf({ RATE_CARD: path })).toEqual([expect.stringContaining(`RATE_CARD ${path}`)]);
});

test('other addresses than loopback need ALLOW_ANONYMOUS=true while there is no authentication', async () => {
  for (const host of ['localhost', '127.0.0.1', '127.8.8.8', '::1'])
    expect(await faultsOf({ HOST: host })).toEqual([]);
  for (const host of ['0.0.0.0', '::', '192.168.1.2', 'example.com'])
    expect(await faultsOf({ HOST: host })).toHaveLength(1);
  expect((await loadConfig({ HOST: '0.0.0.0', ALLOW_ANONYMOUS: 'true' })).host).toBe('0.0.0.0');
});

test('production turns introspection off, and INTROSPECTION overrides either way', async () => {
  expect(await loadConfig({ NODE_ENV: 'production', UPSTREAM_URL: 'http://vendor' })).toMatchObject({
    production: true,
    introspection: false,
  });
  expect(
    (await loadConfig({ NODE_ENV: 'production', UPSTREAM_URL: 'http://vendor', INTROSPECTION: 'on' }))
      .introspection,
  ).toBe(true);
  expect((await loadConfig({ INTROSPECTION: 'off' })).introspection).toBe(false);
  for (const NODE_ENV of ['development', 'test', ''])
    expect(await loadConfig({ NODE_ENV })).toMatchObject({ production: false, introspection: true });
});

test('{account} may stand anywhere in UPSTREAM_URL', async () => {
  for (const url of ['http://{account}.example.com/v1', 'https://api.example.com/{account}?key=1'])
    expect((await loadConfig({ UPSTREAM_URL: url })).upstreamUrl).toBe(url);
});

test('CORS_ORIGINS is a comma-separated list', async () => {
  expect(
    (await loadConfig({ CORS_ORIGINS: 'https://a.example.com, http://localhost:3000,' })).corsOrigins,
  ).toEqual(['https://a.example.com', 'http://localhost:3000']);
});
