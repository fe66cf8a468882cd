import type { Config } from './config.ts';
import { createSchema } from './graphql/schema.ts';
import { anonymousAccount } from './http/account.ts';
import { createServer } from './http/server.ts';
import { openDatabase } from './ledger/database.ts';
import { Ledger } from './ledger/ledger.ts';
import { startSampleUpstream } from './sample/sample-upstream.ts';
import type { Log } from './telemetry/log.ts';
import { createMetrics } from './telemetry/metrics.ts';
import { createUpstream } from './upstream/upstream.ts';
import { Sync } from './usage/sync.ts';
import { UsageReader } from './usage/usage-reader.ts';

/** A running service. */
export interface Service {
  /** Base URL, such as `http://127.0.0.1:4000`. */
  readonly url: string;
  /** Whether it serves the bundled sample, for want of an `UPSTREAM_URL`. */
  readonly sample: boolean;
  /** Finishes the requests and pulls under way, then lets go of everything. */
  close(): Promise<void>;
}

/** Puts the rooms together and listens. @throws when the database cannot be opened or the port is taken. */
export async function startService(
  config: Config,
  log: Log,
  now: () => Date = () => new Date(),
): Promise<Service> {
  const metrics = createMetrics();
  const sample = config.upstreamUrl === null ? await startSampleUpstream() : null;
  const ledger = new Ledger({ database: openDatabase(config.databaseUrl), now });
  await ledger.migrate();
  const upstream = createUpstream({
    baseUrl: config.upstreamUrl ?? sample?.url ?? '',
    timeoutMs: config.upstreamTimeoutMs,
    maxBytes: config.upstreamMaxBytes,
    log,
    metrics,
    now,
  });
  const { rateCard, syncIntervalMs: intervalMs } = config;
  const sync = new Sync({
    ledger,
    upstream,
    rateCard,
    reportMaxAgeMs: config.reportMaxAgeMs,
    reportsTimeoutMs: 4 * config.upstreamTimeoutMs,
    intervalMs,
    firstPullTimeoutMs: config.upstreamTimeoutMs,
    pullsAtOnce: 8,
    now,
    log,
    metrics,
  });
  const reader = new UsageReader({ ledger, upstream, sync, rateCard, staleAfterMs: 2 * intervalMs, now });

  async function unreadyReason(): Promise<string | null> {
    try {
      await ledger.ping();
      if ((await ledger.readPeriod(anonymousAccount, null)) !== null) return null;
    } catch (error) {
      log.warn({ err: error }, 'not ready');
      return 'the database does not answer';
    }
    return sync.failure(anonymousAccount) === null
      ? 'the first pull is under way'
      : 'nothing was ever pulled: the upstream does not answer, or not with usage';
  }

  const app = await createServer({ ...config, schema: createSchema(), reader, unreadyReason, log });
  sync.follow(anonymousAccount);
  const url = await app.listen({ host: config.host, port: config.port });
  return {
    url,
    sample: sample !== null,
    async close() {
      await app.close();
      await sync.stop();
      await upstream.close();
      await ledger.close();
      await sample?.close();
    },
  };
}
