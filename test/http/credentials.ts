import { hash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { afterAll } from 'vitest';

const leftovers: (() => unknown)[] = [];
afterAll(async () => {
  for (const remove of leftovers) await remove();
});

/** A file of a test, gone when the test file ends. */
export function writeTemporaryFile(name: string, content: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'usage-guard-'));
  leftovers.push(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

/** API keys of accounts, and the file that holds their digests. */
export function makeApiKeys<Account extends string>(
  ...accounts: readonly Account[]
): { readonly file: string; readonly headers: Readonly<Record<Account, { readonly 'x-api-key': string }>> } {
  const made = accounts.map((account) => ({ account, key: randomBytes(32).toString('base64url') }));
  const lines = made.map(({ account, key }) => ({ account, sha256: hash('sha256', key, 'hex') }));
  const headers: Partial<Record<Account, { readonly 'x-api-key': string }>> = {};
  for (const { account, key } of made) headers[account] = { 'x-api-key': key };
  if (!hasAll(headers, accounts)) throw new Error('an account got no key');
  return { file: writeTemporaryFile('keys.json', JSON.stringify(lines)), headers };
}

function hasAll<Key extends string, Value>(
  record: Partial<Record<Key, Value>>,
  keys: readonly Key[],
): record is Record<Key, Value> {
  return keys.every((key) => record[key] !== undefined);
}

/** What tokens of the test's issuer say unless told otherwise. */
export const issuer = 'https://issuer.example';
/** Whom they are for. */
export const audience = 'usage-api';

/** The payload of a good token, with some claims replaced or, by undefined, left out. */
export function claims(account: unknown, replaced: Readonly<Record<string, unknown>> = {}): JWTPayload {
  const nowS = Math.floor(Date.now() / 1_000);
  return { sub: 'u1', iss: issuer, aud: audience, iat: nowS, exp: nowS + 600, account, ...replaced };
}

/** A token that is signed with a shared secret. */
export function signWithSecret(payload: JWTPayload, secret: string, algorithm = 'HS256'): Promise<string> {
  return new SignJWT(payload).setProtectedHeader({ alg: algorithm }).sign(new TextEncoder().encode(secret));
}

/** An issuer with a real HTTP endpoint for its public keys. */
export interface Issuer {
  readonly jwksUrl: string;
  /** How often the keys were read. */
  readonly readCount: number;
  sign(payload: JWTPayload, header?: { readonly kid?: string }): Promise<string>;
  /** The public key's text, for forgeries. */
  readonly publicKeyText: string;
  /** Answers 500 from now on. */
  breakDown(): void;
}

/** Starts an issuer on a free port; it ends with the test file. */
export async function startIssuer(): Promise<Issuer> {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  const jwk = await exportJWK(publicKey);
  let readCount = 0;
  let broken = false;
  const server = createServer((_request, response) => {
    readCount += 1;
    response
      .writeHead(broken ? 500 : 200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ keys: [{ ...jwk, kid: 'k1', alg: 'RS256', use: 'sig' }] }));
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', resolve);
  await promise;
  leftovers.push(() => server.close());
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('the issuer has no port');
  return {
    jwksUrl: `http://127.0.0.1:${address.port}/jwks.json`,
    get readCount() {
      return readCount;
    },
    sign: (payload, { kid = 'k1' } = {}) =>
      new SignJWT(payload).setProtectedHeader({ alg: 'RS256', kid }).sign(privateKey),
    publicKeyText: JSON.stringify(jwk),
    breakDown() {
      broken = true;
    },
  };
}
