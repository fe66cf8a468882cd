import { checkDatabaseFile } from './ledger/database/database-file.ts';
import { type SettingName, type Settings, settings } from './settings.ts';

/** What several settings must be together. */
interface Rule {
  /** Whose fault it is. */
  readonly on: SettingName;
  /** The settings whose values it looks at: it is asked when each is right by itself. */
  readonly needs: readonly SettingName[];
  /** What is wrong, such as `must be set with JWT_JWKS_URL`; null when nothing is. */
  readonly findFault: (settings: Settings) => string | null;
}

const authentication = ['JWT_JWKS_URL', 'JWT_SECRET', 'API_KEYS_FILE'] as const;

const rules: readonly Rule[] = [
  {
    on: 'HOST',
    needs: ['HOST', 'ALLOW_ANONYMOUS'],
    findFault: (given) =>
      given.HOST.isLoopback || given.ALLOW_ANONYMOUS === 'true' || isAuthenticated(given)
        ? null
        : `${given.HOST.host} is not a loopback address and no authentication is set up: anybody who reaches it ` +
          'could read all usage. Set ALLOW_ANONYMOUS=true if that is what you want',
  },
  { on: 'DATABASE_URL', needs: ['DATABASE_URL', 'UPSTREAM_URL'], findFault: findFileFault },
  {
    on: 'UPSTREAM_HEADERS',
    needs: ['UPSTREAM_URL', 'UPSTREAM_HEADERS'],
    findFault: ({ UPSTREAM_URL = '', UPSTREAM_HEADERS }) =>
      UPSTREAM_HEADERS['authorization'] !== undefined && /^[^/]*\/\/[^/?]*@/.test(UPSTREAM_URL)
        ? 'holds an authorization, and UPSTREAM_URL a user: only one of them can be sent'
        : null,
  },
  {
    on: 'UPSTREAM_URL',
    needs: ['NODE_ENV'],
    findFault: ({ UPSTREAM_URL, NODE_ENV }) =>
      NODE_ENV === 'production' && UPSTREAM_URL === undefined
        ? 'must be set with NODE_ENV=production: without it, the bundled sample would be served'
        : null,
  },
  {
    on: 'JWT_JWKS_URL',
    needs: [],
    findFault: ({ JWT_JWKS_URL, JWT_SECRET }) =>
      JWT_JWKS_URL !== undefined && JWT_SECRET !== undefined
        ? 'and JWT_SECRET cannot both be set: tokens come from one place'
        : null,
  },
  // Such an issuer signs tokens for other services with the same keys: those must not open this one.
  ...(['JWT_ISSUER', 'JWT_AUDIENCE'] as const).map((name) => ({
    on: name,
    needs: [],
    findFault: (given: Settings) =>
      given.JWT_JWKS_URL !== undefined && given[name] === undefined ? 'must be set with JWT_JWKS_URL' : null,
  })),
  ...(['JWT_ISSUER', 'JWT_AUDIENCE', 'JWT_ACCOUNT_CLAIM', 'JWT_MAX_AGE_S'] as const).map((name) => ({
    on: name,
    needs: [],
    findFault: (given: Settings) =>
      given[name] !== undefined && given.JWT_JWKS_URL === undefined && given.JWT_SECRET === undefined
        ? 'does nothing without JWT_JWKS_URL or JWT_SECRET'
        : null,
  })),
];

/** All settings, and what they must be together. */
export const ruledSettings = rules.reduce(
  (schema, { on, needs, findFault }) =>
    schema.superRefine(
      (given, context) => {
        const message = findFault(given);
        if (message !== null) context.addIssue({ code: 'custom', path: [on], message });
      },
      // The other settings may have faults: all are told at once.
      { when: ({ issues }) => !issues.some(({ path }) => needs.some((name) => path?.[0] === name)) },
    ),
  settings,
);

/** Whether credentials are asked for. */
export function isAuthenticated(given: Pick<Settings, (typeof authentication)[number]>): boolean {
  return authentication.some((name) => given[name] !== undefined);
}

/** Where usage is recorded: unless told otherwise, that of the sample apart from real usage. */
export function databaseUrlOf({
  DATABASE_URL,
  UPSTREAM_URL,
}: Pick<Settings, 'DATABASE_URL' | 'UPSTREAM_URL'>): string {
  return DATABASE_URL ?? (UPSTREAM_URL === undefined ? 'file:.data/sample.db' : 'file:.data/usage.db');
}

function findFileFault(given: Pick<Settings, 'DATABASE_URL' | 'UPSTREAM_URL'>): string | null {
  const url = databaseUrlOf(given);
  if (!url.startsWith('file:')) return null;
  try {
    checkDatabaseFile(url.slice('file:'.length));
    return null;
  } catch (error) {
    return `${url}: ${error instanceof Error ? error.message : String(error)}`;
  }
}
