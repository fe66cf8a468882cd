import type { z } from 'zod';

import { defaultRateCard, type RateCard } from './billing/rate-card.ts';
import type { AuthenticationSettings } from './http/guards/authentication.ts';
import type { DocumentLimits } from './http/graphql/document-limits.ts';
import type { RateLimits } from './http/guards/rate-limit.ts';
import type { SubscriptionLimits } from './http/graphql/streams/subscription-limits.ts';
import type { TrustedDocuments } from './http/graphql/trusted-documents.ts';
import { findMisspeltSettings, type MisspeltSetting } from './misspelt-settings.ts';
import { databaseUrlOf, isAuthenticated, ruledSettings } from './setting-rules.ts';
import { type Settings, settings } from './settings.ts';
import type { LogLevel } from './telemetry/log.ts';
import type { Proxies } from './upstream/proxies.ts';
import type { RequestHeaders } from './upstream/request-headers.ts';

/** Every setting of the service, checked. Source: docs/settings.md. */
export interface Config {
  readonly host: string;
  /** 0 picks a free port. */
  readonly port: number;
  /** Whether only this machine may ask, by its own names. */
  readonly localOnly: boolean;
  /** Null: the bundled sample. May hold `{account}`. */
  readonly upstreamUrl: string | null;
  readonly upstreamHeaders: RequestHeaders;
  readonly proxies: Proxies;
  readonly upstreamTimeoutMs: number;
  /** The largest upstream body, decoded, in bytes. */
  readonly upstreamMaxBytes: number;
  /** How much of a list may lie in memory, so that a known one need not be decoded. */
  readonly maxBufferedListBytes: number;
  /** How long an upstream's 304 is believed. */
  readonly validatorMaxAgeMs: number;
  readonly syncIntervalMs: number;
  /** After this age a report is read again. */
  readonly reportMaxAgeMs: number;
  /** Beyond it new requests are refused. */
  readonly overloadLimits: { readonly eventLoopDelayMs: number };
  readonly databaseUrl: string;
  readonly rateCard: RateCard;
  readonly logLevel: LogLevel;
  readonly corsOrigins: readonly string[];
  readonly production: boolean;
  /** Whether clients may ask for the schema, and browsers get Apollo Sandbox. */
  readonly introspection: boolean;
  /** Null: there is one account, and nobody needs a credential. */
  readonly authentication: AuthenticationSettings | null;
  readonly limits: DocumentLimits & { readonly maxCost: number };
  readonly bodyMaxBytes: number;
  readonly rateLimits: RateLimits;
  readonly subscriptionLimits: SubscriptionLimits;
  readonly trustedDocuments: TrustedDocuments;
  /** Memory for answers that were given before; 0 keeps none. */
  readonly answerCacheBytes: number;
  /** Names that are no settings, but look like one. */
  readonly misspelt: readonly MisspeltSetting[];
}

/** Environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The settings cannot be used; each fault names its setting. */
export class InvalidConfig extends Error {
  readonly faults: readonly string[];
  /** Names that may be what went wrong. */
  readonly misspelt: readonly MisspeltSetting[];

  constructor(faults: readonly string[], misspelt: readonly MisspeltSetting[]) {
    super(`the settings have ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}`);
    this.name = 'InvalidConfig';
    this.faults = faults;
    this.misspelt = misspelt;
  }
}

/**
 * Reads all settings from environment variables, and the files that they name. An empty variable counts as unset.
 * @throws InvalidConfig that names every fault at once.
 */
export async function loadConfig(env: Environment): Promise<Config> {
  const given = await parse(ruledSettings, env);
  const production = given.NODE_ENV === 'production';
  const authentication = readAuthentication(given);
  return Object.freeze({
    host: given.HOST.host,
    port: given.PORT,
    localOnly: authentication === null && given.ALLOW_ANONYMOUS !== 'true',
    upstreamUrl: given.UPSTREAM_URL ?? null,
    upstreamHeaders: given.UPSTREAM_HEADERS,
    proxies: {
      http: given.HTTP_PROXY ?? null,
      https: given.HTTPS_PROXY ?? null,
      except: given.NO_PROXY,
    },
    upstreamTimeoutMs: given.UPSTREAM_TIMEOUT_MS,
    upstreamMaxBytes: given.UPSTREAM_MAX_BYTES,
    maxBufferedListBytes: given.MAX_BUFFERED_LIST_BYTES,
    validatorMaxAgeMs: given.VALIDATOR_MAX_AGE_MS,
    syncIntervalMs: given.SYNC_INTERVAL_MS,
    reportMaxAgeMs: given.REPORT_MAX_AGE_MS,
    overloadLimits: { eventLoopDelayMs: given.MAX_EVENT_LOOP_DELAY_MS },
    databaseUrl: databaseUrlOf(given),
    rateCard: given.RATE_CARD ?? defaultRateCard,
    logLevel: given.LOG_LEVEL,
    corsOrigins: given.CORS_ORIGINS,
    production,
    introspection: given.INTROSPECTION === undefined ? !production : given.INTROSPECTION === 'on',
    authentication,
    limits: {
      maxTokens: given.QUERY_MAX_TOKENS,
      maxSelections: given.QUERY_MAX_SELECTIONS,
      maxDepth: given.QUERY_MAX_DEPTH,
      maxAliases: given.QUERY_MAX_ALIASES,
      maxDirectives: given.QUERY_MAX_DIRECTIVES,
      maxCost: given.QUERY_MAX_COMPLEXITY,
    },
    bodyMaxBytes: given.BODY_MAX_BYTES,
    rateLimits: {
      requestsPerMinute: requestsPerMinute(given.RATE_LIMIT_PER_MINUTE, authentication !== null),
      refusalsPerMinute: given.RATE_LIMIT_REFUSALS_PER_MINUTE,
      redisUrl: given.REDIS_URL ?? null,
    },
    subscriptionLimits: {
      maxPerConnection: given.MAX_SUBSCRIPTIONS_PER_CONNECTION,
      maxPerAccount: given.MAX_SUBSCRIPTIONS_PER_ACCOUNT,
    },
    trustedDocuments: {
      documents: given.TRUSTED_DOCUMENTS === 'off' ? new Map<string, string>() : given.TRUSTED_DOCUMENTS_FILE,
      only: given.TRUSTED_DOCUMENTS === 'only',
    },
    answerCacheBytes: given.ANSWER_CACHE_BYTES,
    misspelt: findMisspeltSettings(Object.keys(env), Object.keys(settings.shape)),
  });
}

/** Where the ledger is: all that a command needs which works on it. @throws InvalidConfig */
export async function loadDatabaseUrl(env: Environment): Promise<string> {
  return databaseUrlOf(await parse(settings.pick({ DATABASE_URL: true, UPSTREAM_URL: true }), env));
}

/** What a token must say, and the secret that signs it. @throws InvalidConfig, when there is no JWT_SECRET too */
export async function loadTokenSettings(env: Environment): Promise<{
  readonly secret: Uint8Array;
  readonly issuer: string | null;
  readonly audience: string | null;
  readonly accountClaim: string;
}> {
  const needed = { JWT_SECRET: true, JWT_ISSUER: true, JWT_AUDIENCE: true, JWT_ACCOUNT_CLAIM: true } as const;
  const given = await parse(settings.pick(needed), env);
  if (given.JWT_SECRET === undefined)
    throw new InvalidConfig(['JWT_SECRET must be set: it signs the token'], []);
  return {
    secret: given.JWT_SECRET,
    issuer: given.JWT_ISSUER ?? null,
    audience: given.JWT_AUDIENCE ?? null,
    accountClaim: given.JWT_ACCOUNT_CLAIM ?? defaultAccountClaim,
  };
}

async function parse<Given>(schema: z.ZodType<Given>, env: Environment): Promise<Given> {
  const given: Record<string, unknown> = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== ''),
  );
  // As everywhere, the lower-case names count first.
  for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'])
    given[name] = given[name.toLowerCase()] ?? given[name];
  const { data, error } = await schema.safeParseAsync(given);
  if (error === undefined) return data;
  throw new InvalidConfig(
    error.issues.map(({ path, message }) => `${path.join('.')} ${message}`),
    findMisspeltSettings(Object.keys(env), Object.keys(settings.shape)),
  );
}

function readAuthentication(given: Settings): AuthenticationSettings | null {
  if (!isAuthenticated(given)) return null;
  const { JWT_JWKS_URL: jwksUrl, JWT_SECRET: secret } = given;
  const keys = jwksUrl !== undefined ? { jwksUrl } : secret !== undefined ? { secret } : null;
  return {
    jwt:
      keys === null
        ? null
        : {
            keys,
            issuer: given.JWT_ISSUER ?? null,
            audience: given.JWT_AUDIENCE ?? null,
            accountClaim: given.JWT_ACCOUNT_CLAIM ?? defaultAccountClaim,
            maxAgeSeconds: given.JWT_MAX_AGE_S ?? dayS,
          },
    apiKeys: given.API_KEYS_FILE ?? null,
  };
}

/** 0 means no limit. Nobody needs protection from the others where there is one account on one machine. */
function requestsPerMinute(given: number | undefined, authenticated: boolean): number | null {
  const limit = given ?? (authenticated ? defaultRequestsPerMinute : 0);
  return limit === 0 ? null : limit;
}

const defaultAccountClaim = 'account';
const dayS = 86_400;
const defaultRequestsPerMinute = 600;
