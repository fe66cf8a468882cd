import { readFileSync } from 'node:fs';

import { decodeApiKeys, InvalidApiKeys, type ApiKey } from './api-keys.ts';
import type { AuthenticationSettings } from './authentication.ts';
import type { JwtSettings } from './jwt.ts';

/** The settings of the authentication as they were given; each may be missing. */
export interface GivenAuthentication {
  readonly JWT_JWKS_URL?: string | undefined;
  readonly JWT_SECRET?: string | undefined;
  readonly JWT_ISSUER?: string | undefined;
  readonly JWT_AUDIENCE?: string | undefined;
  readonly JWT_MAX_AGE_S?: number | undefined;
  readonly API_KEYS_FILE?: string | undefined;
}

/** 256 bits, as HS256 wants it: a shorter secret is easier to guess than the signature. */
const minSecretBytes = 32;
const dayS = 86_400;

/** Reads the credentials to accept: null when there are none. No fault repeats a secret. */
export function loadAuthentication(given: GivenAuthentication): {
  readonly authentication: AuthenticationSettings | null;
  readonly faults: readonly string[];
} {
  const faults: string[] = [];
  const jwt = readJwt(given, faults);
  const apiKeys = readApiKeys(given.API_KEYS_FILE, faults);
  return { authentication: jwt === null && apiKeys === null ? null : { jwt, apiKeys }, faults };
}

function readJwt(given: GivenAuthentication, faults: string[]): JwtSettings | null {
  const { JWT_JWKS_URL: jwksUrl, JWT_SECRET: secret, JWT_ISSUER: issuer, JWT_AUDIENCE: audience } = given;
  const checks = { issuer: issuer ?? null, audience: audience ?? null };
  const maxAgeSeconds = given.JWT_MAX_AGE_S ?? dayS;
  if (jwksUrl !== undefined && secret !== undefined)
    faults.push('JWT_JWKS_URL and JWT_SECRET cannot both be set: tokens come from one place');
  if (jwksUrl !== undefined) {
    const url = URL.parse(jwksUrl);
    if (url === null || !/^https?:$/.test(url.protocol)) {
      faults.push('JWT_JWKS_URL must be an http:// or https:// URL');
      return null;
    }
    // Such an issuer signs tokens for other services with the same keys: those must not open this one.
    if (issuer === undefined) faults.push('JWT_ISSUER must be set with JWT_JWKS_URL');
    if (audience === undefined) faults.push('JWT_AUDIENCE must be set with JWT_JWKS_URL');
    return { keys: { jwksUrl: url }, ...checks, maxAgeSeconds };
  }
  if (secret !== undefined) {
    const bytes = new TextEncoder().encode(secret);
    if (bytes.length < minSecretBytes)
      faults.push(`JWT_SECRET must have ${minSecretBytes} bytes or more, but has ${bytes.length}`);
    return { keys: { secret: bytes }, ...checks, maxAgeSeconds };
  }
  const alone = ['JWT_ISSUER', 'JWT_AUDIENCE', 'JWT_MAX_AGE_S'] as const;
  for (const name of alone.filter((name) => given[name] !== undefined))
    faults.push(`${name} does nothing without JWT_JWKS_URL or JWT_SECRET`);
  return null;
}

function readApiKeys(path: string | undefined, faults: string[]): readonly ApiKey[] | null {
  if (path === undefined) return null;
  try {
    return decodeApiKeys(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    if (error instanceof InvalidApiKeys)
      faults.push(...error.faults.map((fault) => `API_KEYS_FILE ${path}: ${fault}`));
    // What a parser says of a file may repeat some of it.
    else if (error instanceof SyntaxError) faults.push(`API_KEYS_FILE ${path}: is not JSON`);
    else faults.push(`API_KEYS_FILE ${path}: ${error instanceof Error ? error.message : String(error)}`);
    return [];
  }
}
