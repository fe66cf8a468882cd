import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll } from 'vitest';
import { z } from 'zod';
import { loadConfig } from '../../src/config.ts';
import type { Database } from '../../src/ledger/database/database.ts';
import { startService } from '../../src/service.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { type ScriptedUpstream, startScriptedUpstream } from './scripted-upstream.ts';

/** How a test wants its service. */
export interface AppOptions {
  /** Settings by the names that users know; they win over the fast and silent ones of tests. */
  readonly settings?: Readonly<Record<string, string>>;
  /** The upstream to read from, which stays the test's; null: the bundled sample. Left out: one of the app's own. */
  readonly upstream?: ScriptedUpstream | null;
  /** Scripts the app's own upstream before the first pull. */
  readonly script?: (upstream: ScriptedUpstream) => void;
  /** An opened database, closed with the app. Left out: a fresh SQLite file, or what DATABASE_URL names. */
  readonly database?: Database;
  readonly now?: () => Date;
}

/** What a GraphQL request was answered. */
export interface GraphQLAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: z.infer<typeof graphqlBody>;
}

/** The real service, in this process, on a free port. Closed when the test file ends, if not before. */
export interface App {
  readonly url: string;
  readonly upstream: ScriptedUpstream;
  /** POSTs a document to /graphql. */
  query(document: string, variables?: object, headers?: Record<string, string>): Promise<GraphQLAnswer>;
  /** The `data` of a document that must be answered without errors. */
  data(document: string, variables?: object, headers?: Record<string, string>): Promise<unknown>;
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  /** Waits until a pull that began after this call was recorded. */
  waitForPull(headers?: Record<string, string>): Promise<void>;
  /** Waits until the account's usage has the revision, or a later one. */
  waitForRevision(revision: number, headers?: Record<string, string>): Promise<void>;
  close(): Promise<void>;
}

const graphqlBody = z.object({
  data: z.unknown().optional(),
  extensions: z.record(z.string(), z.unknown()).optional(),
  errors: z
    .array(
      z.looseObject({
        message: z.string(),
        path: z.array(z.union([z.string(), z.number()])).optional(),
        extensions: z.looseObject({ code: z.string() }),
      }),
    )
    .optional(),
});

const fastSettings = {
  PORT: '0',
  LOG_LEVEL: 'silent',
  // The test and its upstream work in the same thread: their work is no overload.
  MAX_EVENT_LOOP_DELAY_MS: '0',
  SYNC_INTERVAL_MS: '25',
  UPSTREAM_TIMEOUT_MS: '2000',
  DATABASE_URL: 'memory:',
};

const running = new Set<App>();
afterAll(async () => {
  await Promise.all([...running].map((app) => app.close()));
});

/** Starts the service over a scripted upstream and a database of its own, with pulls in quick succession. */
export async function startApp(options: AppOptions = {}): Promise<App> {
  const own = options.upstream === undefined ? await startScriptedUpstream() : null;
  const upstream = options.upstream ?? own;
  if (own !== null) options.script?.(own);
  const { database, now = () => new Date() } = options;
  const config = await loadConfig({
    ...fastSettings,
    ...(upstream === null ? {} : { UPSTREAM_URL: upstream.url }),
    ...options.settings,
  });
  const service = await startService(config, createLog(config.logLevel), {
    now,
    ...(database === undefined ? {} : { database }),
  });

  async function readFreshness(headers: Record<string, string>): Promise<z.infer<typeof freshness>> {
    const { body } = await app.query('{ usage { freshness { asOf revision } } }', {}, headers);
    return freshness.parse(body.data);
  }

  let closing: Promise<void> | null = null;
  const app: App = {
    url: service.url,
    get upstream() {
      if (upstream === null) throw new Error('this app reads the bundled sample');
      return upstream;
    },
    async query(query, variables = {}, headers = {}) {
      const response = await fetch(`${service.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query, variables }),
      });
      const body = graphqlBody.parse(await response.json());
      return { status: response.status, headers: response.headers, body };
    },
    async data(document, variables, headers) {
      const { body } = await app.query(document, variables, headers);
      if (body.errors !== undefined) throw new Error(`answered with errors: ${JSON.stringify(body.errors)}`);
      return body.data;
    },
    get: (path, headers = {}) => fetch(`${service.url}${path}`, { headers, redirect: 'manual' }),
    async waitForPull(headers = {}) {
      // Whose clock tells when a pull began: the server's, or else the test's.
      const askedAtMs = (database?.sharedClockMs ?? null) === null ? now().getTime() : Date.now();
      await waitUntil(async () => {
        const { usage } = await readFreshness(headers);
        return usage !== null && Date.parse(usage.freshness.asOf) > askedAtMs;
      });
    },
    async waitForRevision(revision, headers = {}) {
      await waitUntil(async () => {
        const { usage } = await readFreshness(headers);
        return usage !== null && usage.freshness.revision >= revision;
      });
    },
    close() {
      running.delete(app);
      closing ??= service.close().then(() => own?.close());
      return closing;
    },
  };
  running.add(app);
  return app;
}

const freshness = z
  .object({ usage: z.object({ freshness: z.object({ asOf: z.string(), revision: z.number() }) }).nullable() })
  .nullable()
  .transform((data) => data ?? { usage: null });

/** Waits until a condition holds. @throws Error when it does not in time */
export async function waitUntil(
  condition: () => boolean | Promise<boolean>,
  timeoutMs = 10_000,
): Promise<void> {
  const deadlineMs = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > deadlineMs)
      throw new Error(`did not come true in ${timeoutMs} ms: ${String(condition)}`);
    await sleep(10);
  }
}
