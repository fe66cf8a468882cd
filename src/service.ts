import { setTimeout as sleep } from 'node:timers/promises';

import type { Config } from './config.ts';
import { fillSample } from './fill-sample.ts';
import { createSchema } from './graphql/schema.ts';
import { anonymousAccount } from './http/guards/account.ts';
import { createServer, listen } from './http/server.ts';
import { DatabaseUnavailable } from './ledger/database/database-unavailable.ts';
import { type Database, openDatabase } from './ledger/database/database.ts';
import { Ledger } from './ledger/ledger.ts';
import { AccountWatch } from './live/account-watch.ts';
import { createProxiedFetch } from './proxied-fetch.ts';
import { nameUpstream } from './ready-block.ts';
import { type SampleUpstream, startSampleUpstream } from './sample/sample-upstream.ts';
import type { Log } from './telemetry/log.ts';
import { createMetrics } from './telemetry/metrics.ts';
import { noProxies } from './upstream/proxies.ts';
import { createUpstream } from './upstream/upstream.ts';
import { describePullFailure } from './sync/first-pull-failed.ts';
import { Sync } from './sync/sync.ts';
import { UsageReader } from './usage/usage-reader.ts';
import { within } from './within.ts';

/** A running service. */
export interface Service {
  /** Base URL, such as `http://127.0.0.1:4000`. */
  readonly url: string;
  /** Why it cannot answer queries yet, for people: it names the upstream and its fault. Null when it can. */
  findObstacle(): Promise<string | null>;
  /** The upstreams that the usage of this ledger was read from before, by name; of the anonymous account alone. */
  findFormerUpstreams(): Promise<readonly string[]>;
  /**
   * Finishes the requests and pulls under way, then lets go of everything. What takes too long is cut off: of a pull
   * nothing is recorded then. Ends within about 8 s.
   */
  close(): Promise<void>;
}

/** What a caller may bring along instead of the service making it. */
export interface ServiceParts {
  readonly now?: () => Date;
  /** Instead of what `DATABASE_URL` names; the service closes it when it closes. */
  readonly database?: Database;
  /** Instead of the bundled sample as it is. */
  readonly startSample?: () => Promise<SampleUpstream>;
}

// Together well under the 10 s that supervisors wait before they kill.
const requestsGraceMs = 5_000;
const refusalsGraceMs = 1_000;
const pullsGraceMs = 1_500;
const closeGraceMs = 500;
const migrationPauseMs = 1_000;
const firstPullUnderWay = 'the first pull is under way';

/**
 * Puts the rooms together and listens. A PostgreSQL server that is down does not stop the start: the service says that
 * it is not ready, and is as soon as the server answers.
 * @throws when an embedded database cannot be opened, the rate card's version stands for other prices, or the port is
 * taken.
 */
export async function startService(
  config: Config,
  log: Log,
  {
    now = () => new Date(),
    startSample = startSampleUpstream,
    database = openDatabase(config.databaseUrl, log),
  }: ServiceParts = {},
): Promise<Service> {
  const metrics = createMetrics();
  const sample = config.upstreamUrl === null ? await startSample() : null;
  const ledger = new Ledger({
    database,
    now,
    log,
    onLeaseFault({ account, step, cause }) {
      metrics.leaseFaults.inc({ step });
      log.warn({ account, step, err: cause }, 'the lease of a pull could not be kept or given back');
    },
  });
  const stopping = new AbortController();
  const upstreamOptions = {
    headers: config.upstreamHeaders,
    // The sample is in this very process.
    proxies: sample === null ? config.proxies : noProxies,
    timeoutMs: config.upstreamTimeoutMs,
    maxBytes: config.upstreamMaxBytes,
    maxKeptBytes: config.maxBufferedListBytes,
    log,
    metrics,
    now,
  };
  const upstream = createUpstream({ ...upstreamOptions, baseUrl: config.upstreamUrl ?? sample?.url ?? '' });
  const { rateCard, syncIntervalMs: intervalMs } = config;
  const pullOptions = {
    ledger,
    rateCard,
    reportMaxAgeMs: config.reportMaxAgeMs,
    validatorMaxAgeMs: config.validatorMaxAgeMs,
    reportsTimeoutMs: 4 * config.upstreamTimeoutMs,
    now,
    log,
    metrics,
  };
  const upstreamName = nameUpstream(config.upstreamUrl);
  let migrated = await tryMigration();
  const sync = new Sync({
    ...pullOptions,
    upstream,
    upstreamName,
    intervalMs,
    firstPullTimeoutMs: config.upstreamTimeoutMs,
  });
  const reader = new UsageReader({
    ledger,
    upstream,
    sync,
    rateCard,
    staleAfterMs: 2 * intervalMs,
    now,
  });

  /** @returns false when the server is down. @throws RateCardConflict */
  async function tryMigration(): Promise<boolean> {
    try {
      await ledger.migrate();
      await ledger.checkRateCard(rateCard);
      if (sample !== null && config.authentication === null)
        await fillSample(anonymousAccount, sample, { pulls: pullOptions, upstream: upstreamOptions, log });
      return true;
    } catch (error) {
      // A file does not come up by itself: the operator who starts the service must hear of it.
      if (database.kind === 'sqlite' || !(error instanceof DatabaseUnavailable)) throw error;
      return false;
    }
  }

  async function followWhenMigrated(): Promise<void> {
    while (!migrated && !stopping.signal.aborted) {
      await sleep(migrationPauseMs, null, { signal: stopping.signal }).catch(() => null);
      migrated = await tryMigration().catch((error: unknown) => {
        log.error({ err: error }, 'the database cannot be set up');
        return false;
      });
    }
    if (stopping.signal.aborted) return;
    if (config.authentication === null) sync.follow(anonymousAccount);
    else sync.followAsked();
  }

  async function unreadyReason(): Promise<string | null> {
    try {
      await ledger.ping();
      if (!migrated) return 'the database is being set up';
      // Of many accounts, one that cannot be pulled says nothing about the others.
      if (config.authentication !== null) return null;
      if ((await ledger.readPeriod(anonymousAccount, null)) !== null) return null;
    } catch (error) {
      log.debug({ err: error }, 'not ready');
      return 'the database does not answer';
    }
    const failure = sync.failure(anonymousAccount);
    return failure === null ? firstPullUnderWay : describePullFailure(failure);
  }

  const watch = new AccountWatch({
    ledger,
    staleAfterMs: 2 * intervalMs,
    noteAsk: (account) => sync.ask(account),
    onFault: (error) => log.warn({ err: error }, 'changes cannot be seen for now'),
  });
  const proxied = createProxiedFetch(config.proxies);
  const app = await createServer({
    ...config,
    fetchKeys: proxied.fetch,
    schema: createSchema(),
    reader,
    watch,
    noteAsk: (account) => sync.ask(account),
    unreadyReason,
    metrics,
    now,
    log,
  });
  const following = followWhenMigrated();
  const url = await listen(app, { host: config.host, port: config.port });
  return {
    url,
    async findObstacle() {
      const reason = await unreadyReason();
      const failure = sync.failure(anonymousAccount);
      const name = `the upstream ${upstreamName}`;
      if (reason === firstPullUnderWay) return `${name} has not answered so far`;
      if (reason === null || failure === null || failure instanceof DatabaseUnavailable) return reason;
      const detail = failure instanceof Error ? failure.message : 'no error';
      return `${name} has told no usage (${detail})`;
    },
    async findFormerUpstreams() {
      if (!migrated || config.authentication !== null) return [];
      return ledger.upstreams.readOthers(anonymousAccount, upstreamName).catch(() => []);
    },
    async close() {
      stopping.abort();
      const answered = app.close();
      await within(requestsGraceMs, answered);
      // Queries that still wait for a first pull are told that there is none.
      const pulled = Promise.all([following, sync.stop(), watch.stop()]);
      await within(refusalsGraceMs, answered);
      // Downloads of slow clients, for the most part.
      app.server.closeAllConnections();
      await within(pullsGraceMs, pulled);
      // Ends the calls of whatever pull is still under way.
      await upstream.close();
      await within(closeGraceMs, Promise.all([answered, pulled]));
      await within(closeGraceMs, Promise.all([ledger.close(), proxied.close()]));
      await sample?.close();
    },
  };
}
