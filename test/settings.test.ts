import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { type Config, InvalidConfig, loadConfig } from '../src/config.ts';

const folder = mkdtempSync(join(tmpdir(), 'usage-settings-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function load(env: Record<string, string>): Promise<Config> {
  return loadConfig({ DATABASE_URL: 'memory:', ...env });
}

async function faultsOf(env: Record<string, string>): Promise<readonly string[]> {
  try {
    await load(env);
    return [];
  } catch (error) {
    if (error instanceof InvalidConfig) return error.faults;
    throw error;
  }
}

function writeFile(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('HOST', () => {
  test.each(['[::1]', '::1', 'localhost', 'LOCALHOST', '127.9.8.7', '0:0:0:0:0:0:0:1'])(
    '%s is this machine alone',
    async (HOST) => {
      expect(await faultsOf({ HOST })).toEqual([]);
    },
  );

  test('that conda set is told as what it is', async () => {
    expect(await faultsOf({ HOST: 'x86_64-conda-linux-gnu' })).toEqual([
      'HOST x86_64-conda-linux-gnu is no address of this machine: no such name is known. ' +
        'conda sets HOST so for compilers: start with HOST= or HOST=127.0.0.1',
    ]);
  });

  test('that is another machine’s is told, whatever else is set', async () => {
    // 192.0.2.0/24 is nobody's. Source: RFC 5737.
    expect(await faultsOf({ HOST: '192.0.2.7', ALLOW_ANONYMOUS: 'true' })).toEqual([
      'HOST 192.0.2.7 is no address of this machine (EADDRNOTAVAIL)',
    ]);
  });
});

describe('DATABASE_URL', () => {
  test.each(['/dev/null/usage.db', '/proc/none/here/usage.db', '/proc/usage.db'])(
    'file:%s, where nothing can be written, is a fault at once',
    async (path) => {
      expect(await faultsOf({ DATABASE_URL: `file:${path}` })).toEqual([
        expect.stringMatching(/^DATABASE_URL file:.*(is no folder|cannot be (made|written))/),
      ]);
    },
  );

  test('must be a file, not a folder, and may lie in folders that are not there yet', async () => {
    mkdirSync(join(folder, 'some.db'));
    expect(await faultsOf({ DATABASE_URL: `file:${folder}/some.db` })).toEqual([
      `DATABASE_URL file:${folder}/some.db: it is no file`,
    ]);
    expect(await faultsOf({ DATABASE_URL: `file:${folder}/new/newer/usage.db` })).toEqual([]);
  });

  test.each([
    ['postgres://usage@db:99999/usage', /look at its host and its port/],
    ['postgres://usage@db/usage?port=70000', /a port from 1 to 65535/],
    ['postgres://usage:s3cret#pass@db/usage', /percent-encoded/],
    ['postgres://usage:12#s3cret@db/usage', /percent-encoded/],
    ['postgres://usage:12/s3cret@db/usage', /percent-encoded/],
    ['postgres://usage:12?s3cret@db/usage', /percent-encoded/],
    ['postgres://usage:s3cret%@db/usage', /percent-encoded/],
    ['postgres://db1,db2/usage', /one host/],
    ['postgres://db/usage?sslmode=s3cret', /disable, allow, prefer, require, verify-ca, verify-full/],
    ['postgres://db/usage?sslmode=verify-ca', /sslrootcert/],
    ['postgres://db/usage?sslrootcert=/no/such.pem', /sslrootcert .*ENOENT/],
    ['postgres://db/usage?sslrootcert=system&sslmode=require', /verify-full/],
  ])('%s is a fault that holds no secret', async (DATABASE_URL, fault) => {
    const faults = await faultsOf({ DATABASE_URL });
    expect(faults).toEqual([expect.stringMatching(fault)]);
    expect(faults[0]).not.toContain('s3cret');
  });

  test.each([
    'postgres://usage:p%23ss@db/usage',
    'postgresql:///usage?host=/var/run/postgresql',
    'postgres://%2Fvar%2Frun%2Fpostgresql/usage',
    'postgres://usage@/usage?host=/tmp&port=5433',
    'postgres://usage@[::1]:5432/usage?sslmode=disable',
    'postgres://usage:p@ss@db/usage?sslmode=require&channel_binding=require',
  ])('%s is taken', async (DATABASE_URL) => {
    expect(await faultsOf({ DATABASE_URL })).toEqual([]);
  });
});

describe('REDIS_URL', () => {
  test.each([
    'redis://cache:99999',
    'redis://cache:0',
    'redis://cache/first',
    'redis://:s3cret#pass@cache',
    'redis://:12/s3cret@cache',
    'redis://:s3cret%@cache',
  ])('%s is a fault that holds no secret', async (REDIS_URL) => {
    const faults = await faultsOf({ REDIS_URL });
    expect(faults).toEqual([expect.stringMatching(/^REDIS_URL (must|has|is)/)]);
    expect(faults[0]).not.toContain('s3cret');
  });

  test.each(['redis://cache', 'rediss://:p%23ss@cache:6380/3', 'redis://[::1]:6379'])(
    '%s is taken',
    async (REDIS_URL) => {
      expect(await faultsOf({ REDIS_URL })).toEqual([]);
    },
  );
});

describe('CORS_ORIGINS', () => {
  test('are taken in every spelling that means the same origin', async () => {
    const list =
      'HTTPS://App.Example.com/, http://localhost:80, https://*.Example.com:443, http://*.test:3000';
    expect((await load({ CORS_ORIGINS: list })).corsOrigins).toEqual([
      'https://app.example.com',
      'http://localhost',
      'https://*.example.com',
      'http://*.test:3000',
    ]);
  });

  test.each(['*', 'https://*', 'https://a.*.com', 'https://app*.example.com', 'app.example.com', 'null'])(
    '%s is a fault that is told with its place',
    async (origin) => {
      const faults = await faultsOf({ CORS_ORIGINS: `https://a.example.com,${origin}` });
      expect(faults).toEqual([expect.stringContaining(`but has "${origin}"`)]);
    },
  );
});

describe('files', () => {
  const digest = 'a'.repeat(64);
  const keys = JSON.stringify([{ account: 'acme', sha256: digest }]);

  test.each([
    ['UTF-8 with its mark', Buffer.from(`\uFEFF${keys}`)],
    ['UTF-16, low byte first', Buffer.from(`\uFEFF${keys}`, 'utf16le')],
    ['UTF-16, high byte first', Buffer.from(`\uFEFF${keys}`, 'utf16le').swap16()],
  ])('may be %s', async (_encoding, content) => {
    const { authentication } = await load({ API_KEYS_FILE: writeFile('marked.json', content) });
    expect(authentication?.apiKeys).toEqual([{ account: 'acme', sha256: digest, write: false }]);
  });

  test.each([
    ['{"account":"acme"}', 'must be a list, but is an object'],
    ['"acme"', 'must be a list, but is a text'],
    ['[7]', '0 must be an object, but is a number'],
    ['[{"account":7}]', '0.account must be a text, but is a number'],
    ['[{"account":"acme"}]', '0.sha256 is missing: it must be a text'],
  ])('%s is no key file, in words for people', async (content, fault) => {
    const path = writeFile('keys.json', content);
    expect((await faultsOf({ API_KEYS_FILE: path }))[0]).toBe(`API_KEYS_FILE ${path}: ${fault}`);
  });

  test('that are no text are told as that', async () => {
    const path = writeFile('keys.json', Uint8Array.of(0x5b, 0xff, 0x5d));
    expect(await faultsOf({ API_KEYS_FILE: path })).toEqual([`API_KEYS_FILE ${path}: is not UTF-8 text`]);
  });

  test.each([
    ['by their bare ids', { abc: '{ __typename }' }],
    ['by ids that say how they were made', { 'sha256:abc': '{ __typename }' }],
    ['in Apollo’s format', apolloManifest('abc')],
    ['in Apollo’s format, with prefixes', apolloManifest('sha256:abc')],
  ])('of trusted documents may list them %s', async (_form, manifest) => {
    const path = writeFile('documents.json', JSON.stringify(manifest));
    const { trustedDocuments } = await load({ TRUSTED_DOCUMENTS_FILE: path });
    expect([...trustedDocuments.documents]).toEqual([['abc', '{ __typename }']]);
  });

  test.each([
    [{ ...apolloManifest('abc'), version: 2 }, 'version must be 1'],
    [{ ...apolloManifest('abc'), operations: [7] }, 'operations.0 must be an object with an id and a body'],
    [{ 'a b': '{ __typename }' }, 'a b is no id of a document'],
    [{ abc: 7 }, 'abc must be a document'],
    [[], 'must be an object such as {"<id>": "<document>"}'],
  ])('of trusted documents: %j is a fault', async (manifest, fault) => {
    const path = writeFile('documents.json', JSON.stringify(manifest));
    expect(await faultsOf({ TRUSTED_DOCUMENTS_FILE: path })).toEqual([
      `TRUSTED_DOCUMENTS_FILE ${path}: ${fault}`,
    ]);
  });
});

function apolloManifest(id: string) {
  const operation = { id, name: 'Type', type: 'query', body: '{ __typename }' };
  return { format: 'apollo-persisted-query-manifest', version: 1, operations: [operation] };
}

describe('names', () => {
  test('that look like a setting’s are told, also beside faults', async () => {
    const env = {
      UPSTREM_URL: 'http://vendor',
      databse_url: 'x',
      UPSTREAM_TIMEOUT: '5',
      JWT_SECERT: 'x',
      Port: '1',
    };
    const misspelt = [
      { name: 'UPSTREM_URL', meant: 'UPSTREAM_URL' },
      { name: 'databse_url', meant: 'DATABASE_URL' },
      { name: 'UPSTREAM_TIMEOUT', meant: 'UPSTREAM_TIMEOUT_MS' },
      { name: 'JWT_SECERT', meant: 'JWT_SECRET' },
      { name: 'Port', meant: 'PORT' },
    ];
    expect((await load(env)).misspelt).toEqual(expect.arrayContaining(misspelt));
    await expect(load({ ...env, LOG_LEVEL: 'loud' })).rejects.toMatchObject({
      misspelt: expect.arrayContaining(misspelt),
    });
  });

  test('of other programs are let alone', async () => {
    const others =
      'HOME PATH HOSTNAME HOSTTYPE LANG NODE_PATH NODE_OPTIONS LOGNAME FTP_PROXY ALL_PROXY POSTGRES_URL';
    const env = Object.fromEntries(others.split(' ').map((name) => [name, 'x']));
    expect((await load(env)).misspelt).toEqual([]);
  });
});
