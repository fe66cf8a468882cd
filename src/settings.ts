import { z } from 'zod';

import { logLevels } from './telemetry/log.ts';

/** Every setting by the name that users know: its default and what it must be. Source: docs/settings.md. */
export const settingsSchema = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: wholeNumber(0, 65_535).default(4000),
  UPSTREAM_URL: z.string().refine(isHttpUrl, 'must be an http:// or https:// URL').optional(),
  UPSTREAM_TIMEOUT_MS: wholeNumber(1, 600_000).default(5_000),
  UPSTREAM_MAX_BYTES: wholeNumber(1_024, 2 ** 40).default(256 * 2 ** 20),
  SYNC_INTERVAL_MS: wholeNumber(10, 86_400_000).default(10_000),
  MAX_EVENT_LOOP_DELAY_MS: wholeNumber(0, 60_000).default(500),
  REPORT_MAX_AGE_MS: wholeNumber(0, 30 * 86_400_000).default(3_600_000),
  DATABASE_URL: z
    .string()
    .regex(/^(file:.+|memory:|postgres(ql)?:\/\/.+)$/, 'must be file:PATH, memory: or postgres://…')
    .default('file:.data/usage.db'),
  RATE_CARD: z.string().optional(),
  LOG_LEVEL: z.enum(logLevels, `must be one of ${logLevels.join(', ')}`).default('info'),
  CORS_ORIGINS: z
    .string()
    .transform((list) =>
      list
        .split(',')
        .map((origin) => origin.trim())
        .filter((origin) => origin !== ''),
    )
    .refine(
      (origins) => origins.every(isOrigin),
      'must be origins such as https://app.example.com, comma-separated',
    )
    .default([]),
  NODE_ENV: z
    .enum(['production', 'development', 'test'], 'must be production, development or test')
    .optional(),
  INTROSPECTION: z.enum(['on', 'off'], 'must be on or off').optional(),
  JWT_JWKS_URL: z.string().optional(),
  JWT_SECRET: z.string().optional(),
  JWT_ISSUER: z.string().optional(),
  JWT_AUDIENCE: z.string().optional(),
  JWT_MAX_AGE_S: wholeNumber(1, 365 * 86_400).optional(),
  API_KEYS_FILE: z.string().optional(),
  QUERY_MAX_COMPLEXITY: wholeNumber(1, 1_000_000_000).default(50_000),
  QUERY_MAX_DEPTH: wholeNumber(1, 1_000).default(16),
  QUERY_MAX_ALIASES: wholeNumber(0, 10_000).default(30),
  QUERY_MAX_DIRECTIVES: wholeNumber(0, 10_000).default(50),
  QUERY_MAX_TOKENS: wholeNumber(1, 1_000_000).default(2_000),
  QUERY_MAX_SELECTIONS: wholeNumber(1, 1_000_000).default(2_000),
  BODY_MAX_BYTES: wholeNumber(1_000, 100_000_000).default(100_000),
  RATE_LIMIT_PER_MINUTE: wholeNumber(0, 1_000_000_000).optional(),
  RATE_LIMIT_REFUSALS_PER_MINUTE: wholeNumber(1, 1_000_000_000).default(300),
  REDIS_URL: z
    .string()
    .regex(/^rediss?:\/\/.+$/, 'must be redis://… or rediss://…')
    .optional(),
  TRUSTED_DOCUMENTS: z.enum(['on', 'only', 'off'], 'must be on, only or off').default('on'),
  TRUSTED_DOCUMENTS_FILE: z.string().optional(),
  ANSWER_CACHE_BYTES: wholeNumber(0, 2 ** 40).default(64 * 2 ** 20),
  ALLOW_ANONYMOUS: z.enum(['true', 'false'], 'must be true or false').default('false'),
});

function wholeNumber(min: number, max: number) {
  return z
    .string()
    .regex(/^\d{1,15}$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must be a whole number from ${min} to ${max}`);
}

function isHttpUrl(text: string): boolean {
  // `{account}` may stand in the host, where a URL allows no braces.
  const url = URL.parse(text.replaceAll('{account}', 'account'));
  return url !== null && (url.protocol === 'http:' || url.protocol === 'https:');
}

function isOrigin(text: string): boolean {
  return isHttpUrl(text) && URL.parse(text)?.origin === text;
}
