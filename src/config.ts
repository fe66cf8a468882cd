import type { RateCard } from './billing/rate-card.ts';
import type { AuthenticationSettings } from './http/guards/authentication.ts';
import { loadAuthentication } from './http/guards/authentication-settings.ts';
import type { DocumentLimits } from './http/graphql/document-limits.ts';
import { isLoopback } from './http/guards/host-check.ts';
import type { RateLimits } from './http/guards/rate-limit.ts';
import { loadTrustedDocuments, type TrustedDocuments } from './http/graphql/trusted-documents.ts';
import { loadRateCard } from './rate-card-file.ts';
import { settingsSchema } from './settings.ts';
import type { LogLevel } from './telemetry/log.ts';

/** Every setting of the service, checked. Source: docs/settings.md. */
export interface Config {
  readonly host: string;
  /** 0 picks a free port. */
  readonly port: number;
  /** Whether only this machine may ask, by its own names. */
  readonly localOnly: boolean;
  /** Null: the bundled sample. May hold `{account}`. */
  readonly upstreamUrl: string | null;
  readonly upstreamTimeoutMs: number;
  /** The largest upstream body, decoded, in bytes. */
  readonly upstreamMaxBytes: number;
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
  readonly trustedDocuments: TrustedDocuments;
  /** Memory for answers that were given before; 0 keeps none. */
  readonly answerCacheBytes: number;
}

/** The settings cannot be used; each fault names its setting. */
export class InvalidConfig extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`the settings have ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}`);
    this.name = 'InvalidConfig';
    this.faults = faults;
  }
}

/**
 * Reads the settings from environment variables and the rate card from the file that they name.
 * An empty variable counts as unset.
 * @throws InvalidConfig that names every fault at once.
 */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = settingsSchema.safeParse(given);
  const faults = (parsed.error?.issues ?? []).map((issue) => `${issue.path.join('.')} ${issue.message}`);

  const { rateCard, faults: cardFaults } = loadRateCard(given['RATE_CARD']);
  faults.push(...cardFaults);
  const { authentication, faults: authenticationFaults } = loadAuthentication({
    ...given,
    JWT_MAX_AGE_S: parsed.data?.JWT_MAX_AGE_S,
  });
  const { trustedDocuments, faults: documentFaults } = loadTrustedDocuments(
    parsed.data?.TRUSTED_DOCUMENTS ?? 'off',
    given['TRUSTED_DOCUMENTS_FILE'],
  );
  faults.push(...authenticationFaults, ...documentFaults);
  const host = given['HOST'] ?? '127.0.0.1';
  const intendsAuthentication = authentication !== null || authenticationFaults.length > 0;
  const needsShelter = !intendsAuthentication && given['ALLOW_ANONYMOUS'] !== 'true';
  if (needsShelter && !isLoopback(host)) {
    faults.push(
      `HOST ${host} is not a loopback address and no authentication is set up: ` +
        'anybody who reaches it could read all usage. Set ALLOW_ANONYMOUS=true if that is what you want',
    );
  }
  if (parsed.data === undefined || faults.length > 0) throw new InvalidConfig(faults);

  const settings = parsed.data;
  const production = settings.NODE_ENV === 'production';
  return Object.freeze({
    host,
    port: settings.PORT,
    localOnly: needsShelter,
    upstreamUrl: settings.UPSTREAM_URL ?? null,
    upstreamTimeoutMs: settings.UPSTREAM_TIMEOUT_MS,
    upstreamMaxBytes: settings.UPSTREAM_MAX_BYTES,
    syncIntervalMs: settings.SYNC_INTERVAL_MS,
    reportMaxAgeMs: settings.REPORT_MAX_AGE_MS,
    overloadLimits: { eventLoopDelayMs: settings.MAX_EVENT_LOOP_DELAY_MS },
    databaseUrl: settings.DATABASE_URL,
    rateCard,
    logLevel: settings.LOG_LEVEL,
    corsOrigins: settings.CORS_ORIGINS,
    production,
    introspection: settings.INTROSPECTION === undefined ? !production : settings.INTROSPECTION === 'on',
    authentication,
    limits: {
      maxTokens: settings.QUERY_MAX_TOKENS,
      maxSelections: settings.QUERY_MAX_SELECTIONS,
      maxDepth: settings.QUERY_MAX_DEPTH,
      maxAliases: settings.QUERY_MAX_ALIASES,
      maxDirectives: settings.QUERY_MAX_DIRECTIVES,
      maxCost: settings.QUERY_MAX_COMPLEXITY,
    },
    bodyMaxBytes: settings.BODY_MAX_BYTES,
    rateLimits: {
      requestsPerMinute: requestsPerMinute(settings.RATE_LIMIT_PER_MINUTE, authentication !== null),
      refusalsPerMinute: settings.RATE_LIMIT_REFUSALS_PER_MINUTE,
      redisUrl: settings.REDIS_URL ?? null,
    },
    trustedDocuments,
    answerCacheBytes: settings.ANSWER_CACHE_BYTES,
  });
}

/** 0 means no limit. Nobody needs protection from the others where there is one account on one machine. */
function requestsPerMinute(given: number | undefined, authenticated: boolean): number | null {
  const limit = given ?? (authenticated ? defaultRequestsPerMinute : 0);
  return limit === 0 ? null : limit;
}

const defaultRequestsPerMinute = 600;
