import { defaultRateCard } from '../../src/billing/rate-card.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import type { Upstream } from '../../src/upstream/upstream.ts';
import type { PullDependencies } from '../../src/sync/pull-account.ts';
import { SetAsideLog } from '../../src/sync/set-aside-log.ts';
import { Sync } from '../../src/sync/sync.ts';
import type { UsageSession } from '../../src/usage/usage-session.ts';
import { UsageReader } from '../../src/usage/usage-reader.ts';
import { reportMaxAgeMs } from './account-model.ts';
import { type BreakingDatabase, makeBreakable } from './breaking-database.ts';
import type { Database } from '../../src/ledger/database/database.ts';

/** Opens the simulated disk's database once more, as a starting process does. */
export type OpenDatabase = () => Promise<Database>;

/** When usage counts as stale in the simulation. */
export const staleAfterMs = 20_000;

const log = createLog('silent');
const metrics = createMetrics();
const setAside = new SetAsideLog({ log, metrics });

/** One process of the service on a database that outlives it, under a clock that only the simulation moves. */
export class World {
  nowMs = Date.UTC(2024, 3, 29);
  readonly #open: OpenDatabase;
  #running: Process | null = null;

  constructor(open: OpenDatabase) {
    this.#open = open;
  }

  /** The database of the running process. */
  get database(): BreakingDatabase {
    return this.#process.database;
  }

  /** The ledger of the running process. */
  get ledger(): Ledger {
    return this.#process.ledger;
  }

  /** Starts the process. */
  async start(): Promise<void> {
    // What instances compare goes by the simulation's clock.
    const database = makeBreakable({ ...(await this.#open()), sharedClockMs: null });
    const ledger = new Ledger({ database, now: this.now });
    await ledger.migrate();
    const dependencies = this.dependencies(noUpstream, ledger);
    const sync = new Sync({
      ...dependencies,
      intervalMs: 10_000,
      firstPullTimeoutMs: 1,
    });
    this.#running = {
      database,
      ledger,
      reader: new UsageReader({ ...dependencies, sync, staleAfterMs }),
    };
  }

  /** Ends the process, in order or not: what was not committed is gone. */
  async stop(): Promise<void> {
    const ending = this.#running;
    this.#running = null;
    await ending?.ledger.close();
  }

  /** Ends the process and starts another. */
  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  readonly now = (): Date => new Date(this.nowMs);

  /** What a pull of this process works with. */
  dependencies(upstream: Upstream, ledger: Ledger = this.ledger): PullDependencies {
    const { now } = this;
    return {
      ledger,
      upstream,
      rateCard: defaultRateCard,
      reportMaxAgeMs,
      reportsTimeoutMs: 60_000,
      now,
      setAside,
      metrics,
      log,
    };
  }

  /** What one request of an account sees. It must find its answers in the ledger: it gets no upstream. */
  openSession(account: string): UsageSession {
    return this.#process.reader.openSession(account);
  }

  get #process(): Process {
    if (this.#running === null) throw new Error('the simulated process does not run');
    return this.#running;
  }
}

interface Process {
  readonly database: BreakingDatabase;
  readonly ledger: Ledger;
  readonly reader: UsageReader;
}

const noUpstream: Upstream = {
  // oxlint-disable-next-line require-yield -- it never gets that far.
  async *readMessages() {
    throw new Error('a query pulled');
  },
  async readReport() {
    throw new Error('a query asked the vendor for a report that the ledger knows');
  },
  async close() {},
};
