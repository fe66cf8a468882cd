import { createRemoteJWKSet, errors, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';

import { accountPattern } from './account.ts';

/** Where tokens come from, and what they must say. */
export interface JwtSettings {
  /** Where the issuer's public keys are, or the secret that signs tokens with HS256. */
  readonly keys: { readonly jwksUrl: URL } | { readonly secret: Uint8Array };
  /** Null: not checked. */
  readonly issuer: string | null;
  readonly audience: string | null;
  /** A token that was issued longer ago is refused, whatever its `exp` says. */
  readonly maxAgeSeconds: number;
}

/** Finds the account that a token speaks for; null when the token is no good. @throws JwtKeysUnavailable */
export type TokenVerifier = (token: string) => Promise<string | null>;

// Public keys only: with them among these, "none" and HS256 over a public key are not accepted by construction.
const publicKeyAlgorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'EdDSA'];

/** 256 bits, as HS256 wants it: a shorter secret is easier to guess than the signature. */
const minSecretBytes = 32;

/** Reads the secret that signs tokens. @throws Error whose message completes "JWT_SECRET …", and holds nothing of it */
export function parseSecret(text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length < minSecretBytes)
    throw new Error(`must have ${minSecretBytes} bytes or more, but has ${bytes.length}`);
  return bytes;
}

const clockToleranceMs = 5_000;
// A signature is checked again after this long, so that a key that its issuer withdrew is soon worth nothing.
const rememberMs = 60_000;
const maxRemembered = 5_000;

/** Makes the verifier of an issuer's tokens. A good token's signature is checked once a minute, its `exp` always. */
export function createTokenVerifier(
  { keys, issuer, audience, maxAgeSeconds }: JwtSettings,
  now: () => Date,
): TokenVerifier {
  const key = 'secret' in keys ? async () => keys.secret : readRemoteKeys(keys.jwksUrl);
  const algorithms = 'secret' in keys ? ['HS256'] : publicKeyAlgorithms;
  const known = new LRUCache<string, { readonly account: string; readonly untilMs: number }>({
    max: maxRemembered,
  });

  return async (token) => {
    const nowMs = now().getTime();
    const verdict = known.get(token);
    if (verdict !== undefined && nowMs < verdict.untilMs) return verdict.account;
    try {
      const { payload } = await jwtVerify(token, key, {
        algorithms,
        ...(issuer === null ? {} : { issuer }),
        ...(audience === null ? {} : { audience }),
        requiredClaims: ['exp', 'iat', 'sub', 'account'],
        maxTokenAge: maxAgeSeconds,
        clockTolerance: clockToleranceMs / 1_000,
        currentDate: new Date(nowMs),
      });
      const { account, exp = 0, iat = 0, sub } = payload;
      if (typeof account !== 'string' || !accountPattern.test(account) || sub === '') return null;
      const endsMs = Math.min(exp, iat + maxAgeSeconds) * 1_000 + clockToleranceMs;
      known.set(token, { account, untilMs: Math.min(endsMs, nowMs + rememberMs) });
      return account;
    } catch (error) {
      if (error instanceof JwtKeysUnavailable) throw error;
      // Whatever else is wrong with a token is one and the same to whoever sent it.
      return null;
    }
  };
}

/** The issuer's keys by jose: read when first needed, kept for ten minutes, asked for again twice a minute at most. */
function readRemoteKeys(url: URL): JWTVerifyGetKey {
  const keySet = createRemoteJWKSet(url, {
    timeoutDuration: 2_000,
    cooldownDuration: 30_000,
    cacheMaxAge: 600_000,
  });
  return async (header, token) => {
    try {
      return await keySet(header, token);
    } catch (error) {
      // These say that the keys are there, and that none of them fits the token.
      const isTokensFault =
        error instanceof errors.JWKSNoMatchingKey ||
        error instanceof errors.JWKSMultipleMatchingKeys ||
        error instanceof errors.JOSENotSupported;
      throw isTokensFault ? error : new JwtKeysUnavailable({ url: url.origin }, { cause: error });
    }
  };
}

/** The issuer's keys cannot be read now, so no token can be told good from bad. */
export class JwtKeysUnavailable extends Error {
  readonly url: string;

  constructor({ url }: { readonly url: string }, options: ErrorOptions) {
    super(`the keys of ${url} cannot be read`, options);
    this.name = 'JwtKeysUnavailable';
    this.url = url;
  }
}
