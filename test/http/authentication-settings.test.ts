import { execFile } from 'node:child_process';
import { hash } from 'node:crypto';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { InvalidConfig, loadConfig } from '../../src/config.ts';
import { startApp } from '../support/app.ts';
import { writeTemporaryFile } from './credentials.ts';

const secret = 's3cret-s3cret-s3cret-s3cret-s3cret';

async function faultsOf(env: Record<string, string>): Promise<readonly string[]> {
  try {
    await loadConfig(env);
    return [];
  } catch (error) {
    if (error instanceof InvalidConfig) return error.faults;
    throw error;
  }
}

describe('settings of the authentication', () => {
  it('tell all their faults at once, and no secret', async () => {
    const digest = 'a'.repeat(64);
    const file = writeTemporaryFile(
      'keys.json',
      JSON.stringify([
        { account: 'acme', sha256: digest },
        { account: 'a b', sha256: 'b'.repeat(63) },
        { account: 'globex', sha256: digest.toUpperCase() },
      ]),
    );
    const faults = await faultsOf({
      JWT_JWKS_URL: 'https://issuer.example/jwks.json',
      JWT_SECRET: 'short-secret',
      API_KEYS_FILE: file,
      REDIS_URL: 'http://x',
      RATE_LIMIT_PER_MINUTE: '-1',
      TRUSTED_DOCUMENTS: 'some',
      HOST: '0.0.0.0',
    });
    expect(faults).toEqual([
      'JWT_SECRET must have 32 bytes or more, but has 12',
      `API_KEYS_FILE ${file}: 1.account must be 1 to 128 letters, digits or any of _ . : @ | -, the first a letter, a digit or _`,
      `API_KEYS_FILE ${file}: 1.sha256 must be the 64 hex digits of a SHA-256`,
      `API_KEYS_FILE ${file}: 2 is the same key as 0`,
      'RATE_LIMIT_PER_MINUTE must be a whole number from 0 to 1000000000',
      'REDIS_URL must be redis://… or rediss://…',
      'TRUSTED_DOCUMENTS must be on, only or off',
      'JWT_JWKS_URL and JWT_SECRET cannot both be set: tokens come from one place',
      'JWT_ISSUER must be set with JWT_JWKS_URL',
      'JWT_AUDIENCE must be set with JWT_JWKS_URL',
    ]);
    expect(JSON.stringify(faults)).not.toContain('short-secret');
  });

  it('refuse secrets under 32 bytes, keys given twice, files that are not there or no JSON', async () => {
    expect(await faultsOf({ JWT_SECRET: 'x'.repeat(31) })).toEqual([
      'JWT_SECRET must have 32 bytes or more, but has 31',
    ]);
    // 11 × 3 bytes
    expect(await faultsOf({ JWT_SECRET: '€'.repeat(11) })).toEqual([]);
    const digest = 'a'.repeat(64);
    const twice = writeTemporaryFile(
      'twice.json',
      JSON.stringify([
        { account: 'acme', sha256: digest },
        { account: 'globex', sha256: digest.toUpperCase() },
      ]),
    );
    expect(await faultsOf({ API_KEYS_FILE: twice })).toEqual([
      `API_KEYS_FILE ${twice}: 1 is the same key as 0`,
    ]);
    const broken = writeTemporaryFile('broken.json', `[{"sha256":"${secret}`);
    expect(await faultsOf({ API_KEYS_FILE: broken })).toEqual([
      `API_KEYS_FILE ${broken}: is not JSON (line 1 column 47)`,
    ]);
    expect((await faultsOf({ API_KEYS_FILE: '/nowhere.json' }))[0]).toMatch(
      /^API_KEYS_FILE \/nowhere\.json: ENOENT/,
    );
    expect(await faultsOf({ JWT_ISSUER: 'x' })).toEqual([
      'JWT_ISSUER does nothing without JWT_JWKS_URL or JWT_SECRET',
    ]);
  });

  it('open the service to other machines only with authentication, or when that is wished for', async () => {
    expect(await faultsOf({ HOST: '0.0.0.0' })).toHaveLength(1);
    expect(await faultsOf({ HOST: '0.0.0.0', ALLOW_ANONYMOUS: 'true' })).toEqual([]);
    expect(await faultsOf({ HOST: '0.0.0.0', JWT_SECRET: secret })).toEqual([]);
    expect(await faultsOf({ HOST: '0.0.0.0', API_KEYS_FILE: writeTemporaryFile('keys.json', '[]') })).toEqual(
      [],
    );
  });
});

describe('npm run key', () => {
  it('prints a new key and its line for the key file, which then works', async () => {
    const run = promisify(execFile);
    const { stdout } = await run('npm', ['run', '--silent', 'key', '--', 'acme']);
    const [key = '', line = '', ...rest] = stdout.split('\n');
    expect(rest).toEqual(['']);
    // 256 bits in base64url: 43 characters
    expect(key).toMatch(/^[\w-]{43}$/);
    expect(z.object({ account: z.string(), sha256: z.string() }).parse(JSON.parse(line))).toEqual({
      account: 'acme',
      sha256: hash('sha256', key, 'hex'),
    });
    const app = await startApp({ settings: { API_KEYS_FILE: writeTemporaryFile('keys.json', `[${line}]`) } });
    expect((await app.query('{ __typename }', {}, { 'x-api-key': key })).status).toBe(200);

    const again = await run('npm', ['run', '--silent', 'key', '--', 'acme']);
    expect(again.stdout).not.toContain(key);
    await expect(run('npm', ['run', '--silent', 'key', '--', 'a b'])).rejects.toThrow('Usage');
    await expect(run('npm', ['run', '--silent', 'key'])).rejects.toThrow('Usage');
  });
});
