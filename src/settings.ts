import { z } from 'zod';

import { rateCardContent } from './rate-card-content.ts';
import { apiKeyList } from './http/guards/api-keys.ts';
import { parseOrigins } from './http/guards/cors-origins.ts';
import { parseSecret } from './http/guards/jwt.ts';
import { parseRedisUrl } from './http/guards/redis-url.ts';
import { bundledManifest, documentManifest } from './http/graphql/trusted-documents.ts';
import { findListenHost } from './http/listen-host.ts';
import { parsePostgresUrl } from './ledger/database/postgres-url.ts';
import { jsonFile, oneOf, readBy, wholeNumber } from './setting-parsers.ts';
import { logLevels } from './telemetry/log.ts';
import { parseBaseUrl } from './upstream/address.ts';
import { parseProxyUrl } from './upstream/proxies.ts';
import { parseRequestHeaders } from './upstream/request-headers.ts';

const mebibyte = 2 ** 20;

/**
 * Every setting by the name that users know: its default, and the parser of its user. What several settings must be
 * together stands in `setting-rules.ts`, what each means in docs/settings.md.
 */
export const settings = z.object({
  HOST: z
    .string()
    .prefault('127.0.0.1')
    .transform(async (text, context) => {
      try {
        return await findListenHost(text);
      } catch (error) {
        context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) });
        return z.NEVER;
      }
    }),
  PORT: wholeNumber(0, 65_535).default(4000),
  UPSTREAM_URL: readBy(parseBaseUrl).optional(),
  UPSTREAM_HEADERS: readBy(parseRequestHeaders).default({}),
  HTTP_PROXY: readBy(parseProxyUrl).optional(),
  HTTPS_PROXY: readBy(parseProxyUrl).optional(),
  NO_PROXY: z.string().default(''),
  UPSTREAM_TIMEOUT_MS: wholeNumber(1, 600_000).default(5_000),
  UPSTREAM_MAX_BYTES: wholeNumber(1_024, 2 ** 40).default(256 * mebibyte),
  MAX_BUFFERED_LIST_BYTES: wholeNumber(0, 2 ** 40).default(32 * mebibyte),
  VALIDATOR_MAX_AGE_MS: wholeNumber(0, 30 * 86_400_000).default(3_600_000),
  SYNC_INTERVAL_MS: wholeNumber(10, 86_400_000).default(10_000),
  MAX_EVENT_LOOP_DELAY_MS: wholeNumber(0, 60_000).default(500),
  REPORT_MAX_AGE_MS: wholeNumber(0, 30 * 86_400_000).default(3_600_000),
  DATABASE_URL: readBy(parseDatabaseUrl).optional(),
  RATE_CARD: jsonFile(rateCardContent).optional(),
  LOG_LEVEL: oneOf(logLevels).default('info'),
  CORS_ORIGINS: readBy(parseOrigins).default([]),
  NODE_ENV: oneOf(['production', 'development', 'test']).optional(),
  INTROSPECTION: oneOf(['on', 'off']).optional(),
  JWT_JWKS_URL: readBy(parseHttpUrl).optional(),
  JWT_SECRET: readBy(parseSecret).optional(),
  JWT_ISSUER: z.string().optional(),
  JWT_AUDIENCE: z.string().optional(),
  JWT_ACCOUNT_CLAIM: z.string().optional(),
  JWT_MAX_AGE_S: wholeNumber(1, 365 * 86_400).optional(),
  API_KEYS_FILE: jsonFile(apiKeyList).optional(),
  QUERY_MAX_COMPLEXITY: wholeNumber(1, 1_000_000_000).default(50_000),
  QUERY_MAX_DEPTH: wholeNumber(1, 1_000).default(16),
  QUERY_MAX_ALIASES: wholeNumber(0, 10_000).default(30),
  QUERY_MAX_DIRECTIVES: wholeNumber(0, 10_000).default(50),
  QUERY_MAX_TOKENS: wholeNumber(1, 1_000_000).default(2_000),
  QUERY_MAX_SELECTIONS: wholeNumber(1, 1_000_000).default(2_000),
  BODY_MAX_BYTES: wholeNumber(1_000, 100_000_000).default(100_000),
  RATE_LIMIT_PER_MINUTE: wholeNumber(0, 1_000_000_000).optional(),
  RATE_LIMIT_REFUSALS_PER_MINUTE: wholeNumber(1, 1_000_000_000).default(300),
  MAX_SUBSCRIPTIONS_PER_CONNECTION: wholeNumber(1, 1_000).default(20),
  MAX_SUBSCRIPTIONS_PER_ACCOUNT: wholeNumber(1, 1_000_000).default(100),
  REDIS_URL: readBy(parseRedisUrl).optional(),
  TRUSTED_DOCUMENTS: oneOf(['on', 'only', 'off']).default('on'),
  TRUSTED_DOCUMENTS_FILE: jsonFile(documentManifest).prefault(bundledManifest),
  ANSWER_CACHE_BYTES: wholeNumber(0, 2 ** 40).default(64 * mebibyte),
  ALLOW_ANONYMOUS: oneOf(['true', 'false']).default('false'),
});

/** All settings, each as its user takes it. */
export type Settings = z.infer<typeof settings>;

/** The name of a setting. */
export type SettingName = keyof Settings;

function parseDatabaseUrl(text: string): string {
  if (/^postgres(ql)?:/.test(text)) parsePostgresUrl(text);
  else if (!/^(file:.+|memory:)$/.test(text)) throw new Error('must be file:PATH, memory: or postgres://…');
  return text;
}

function parseHttpUrl(text: string): URL {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) throw new Error('must be an http:// or https:// URL');
  return url;
}
