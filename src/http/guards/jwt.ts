import {
  createRemoteJWKSet,
  customFetch,
  errors,
  type FetchImplementation,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose';
import { LRUCache } from 'lru-cache';

import { accountPattern, type Caller } from './account.ts';
import { CredentialRefused } from './credential-refused.ts';

/** Where tokens come from, and what they must say. */
export interface JwtSettings {
  /** Where the issuer's public keys are, or the secret that signs tokens with HS256. */
  readonly keys: { readonly jwksUrl: URL } | { readonly secret: Uint8Array };
  /** Null: not checked. */
  readonly issuer: string | null;
  readonly audience: string | null;
  /** The claim that names the account. A name with dots that is no claim leads into objects. */
  readonly accountClaim: string;
  /** A token that was issued longer ago is refused, whatever its `exp` says. */
  readonly maxAgeSeconds: number;
}

/** Finds whom a token speaks for. @throws CredentialRefused when the token is no good; JwtKeysUnavailable */
export type TokenVerifier = (token: string) => Promise<Caller>;

// Public keys only: with them among these, "none" and HS256 over a public key are not accepted by construction.
const publicKeyAlgorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'EdDSA'];

/** The word in a token's `scope` that lets it write. */
export const writeScope = 'usage:write';

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

/** Gets an issuer's public keys. */
export type FetchKeys = FetchImplementation;

/** Makes the verifier of an issuer's tokens. A good token's signature is checked once a minute, its `exp` always. */
export function createTokenVerifier(
  { keys, issuer, audience, accountClaim, maxAgeSeconds }: JwtSettings,
  { now, fetchKeys }: { readonly now: () => Date; readonly fetchKeys: FetchKeys },
): TokenVerifier {
  const key = 'secret' in keys ? async () => keys.secret : readRemoteKeys(keys.jwksUrl, fetchKeys);
  const algorithms = 'secret' in keys ? ['HS256'] : publicKeyAlgorithms;
  const known = new LRUCache<string, { readonly caller: Caller; readonly untilMs: number }>({
    max: maxRemembered,
  });

  return async (token) => {
    const nowMs = now().getTime();
    const verdict = known.get(token);
    if (verdict !== undefined && nowMs < verdict.untilMs) return verdict.caller;
    try {
      const { payload } = await jwtVerify(token, key, {
        algorithms,
        ...(issuer === null ? {} : { issuer }),
        ...(audience === null ? {} : { audience }),
        requiredClaims: ['exp', 'iat', 'sub'],
        maxTokenAge: maxAgeSeconds,
        clockTolerance: clockToleranceMs / 1_000,
        currentDate: new Date(nowMs),
      });
      const { exp = 0, iat = 0, sub } = payload;
      if (sub === '') throw new CredentialRefused({ reason: 'claim_sub' });
      const account = readAccount(payload, accountClaim);
      if (account === null) throw new CredentialRefused({ reason: 'claim_account' });
      const endsMs = Math.min(exp, iat + maxAgeSeconds) * 1_000 + clockToleranceMs;
      const caller = { account, mayWrite: mayWrite(payload), endsMs };
      known.set(token, { caller, untilMs: Math.min(endsMs, nowMs + rememberMs) });
      return caller;
    } catch (error) {
      if (error instanceof JwtKeysUnavailable || error instanceof CredentialRefused) throw error;
      throw new CredentialRefused({ reason: reasonOf(error) }, { cause: error });
    }
  };
}

/** The account that a token names; null when it names none. A number is its decimal digits, as long as it is exact. */
function readAccount(payload: JWTPayload, claim: string): string | null {
  const value = claim in payload ? payload[claim] : claim.split('.').reduce<unknown>(readField, payload);
  const account = Number.isSafeInteger(value) ? String(value) : value;
  return typeof account === 'string' && accountPattern.test(account) ? account : null;
}

function readField(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
}

/** A scope is words with spaces between; some issuers send a list. Source: RFC 9068. */
function mayWrite({ scope }: JWTPayload): boolean {
  const words: readonly unknown[] =
    typeof scope === 'string' ? scope.split(' ') : Array.isArray(scope) ? scope : [];
  return words.includes(writeScope);
}

function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'expired';
  if (error instanceof errors.JWTClaimValidationFailed) return `claim_${error.claim}`;
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'signature';
  if (error instanceof errors.JWKSNoMatchingKey) return 'unknown_signing_key';
  if (error instanceof errors.JOSEAlgNotAllowed || error instanceof errors.JOSENotSupported)
    return 'algorithm';
  return 'malformed';
}

/** The issuer's keys by jose: read when first needed, kept for ten minutes, asked for again twice a minute at most. */
function readRemoteKeys(url: URL, fetchKeys: FetchKeys): JWTVerifyGetKey {
  const keySet = createRemoteJWKSet(url, {
    [customFetch]: fetchKeys,
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
