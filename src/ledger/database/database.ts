import { rmSync } from 'node:fs';
import { join } from 'node:path';

import { type Dialect, Kysely, PostgresDialect, type RawBuilder, sql } from 'kysely';

import type { Log } from '../../telemetry/log.ts';
import { FairTurns } from './fair-turns.ts';
import { makeFolderOf } from './database-file.ts';
import type { ColumnType } from './message-columns.ts';
import { Outage } from './outage.ts';
import { createPostgresPool } from './postgres-pool.ts';
import { openSqlite, type SqliteConnection } from './sqlite-connection.ts';
import { SqliteConnectionDialect } from './sqlite-dialect.ts';
import { openSqliteThread } from './sqlite-thread.ts';
import type { Tables } from './tables.ts';
import { createTemporaryFolder } from './temporary-folder.ts';

/** Everything in which the two databases differ. All other SQL is one text that both understand. */
export interface Database {
  readonly kind: 'sqlite' | 'postgres';
  /** Short, indexed reads, bounded in time. On SQLite they run in the main thread: faster than the way to another. */
  readonly reads: Kysely<Tables>;
  /** Reads that may look at a whole period, bounded in time. On SQLite they run in a thread of their own. */
  readonly scans: Kysely<Tables>;
  /** Whose scan is next. Every scan of one account takes a turn. */
  readonly scanTurns: FairTurns;
  /** Changes, one transaction at a time on SQLite, in a thread of their own there. */
  readonly writes: Kysely<Tables>;
  /**
   * Short reads of pulls. On SQLite they are `reads`, which no commit holds up; on PostgreSQL they are `writes`: neither
   * pulls nor requests can use up the other's connections.
   */
  readonly pullReads: Kysely<Tables>;
  /** Locks the rows that a SELECT in a transaction reads. SQLite's transactions own the whole file already. */
  readonly forUpdate: RawBuilder<unknown>;
  /** The same, but leaves out the rows that another transaction has locked. On SQLite there are none. */
  readonly forUpdateOfFree: RawBuilder<unknown>;
  /** Rows, given as one JSON parameter, to select from under the alias and column names given. */
  readonly rowsOf: (
    alias: string,
    columns: Readonly<Record<string, ColumnType>>,
    rows: readonly object[],
  ) => RawBuilder<unknown>;
  /** To be called first in a transaction whose statements join whole snapshots. */
  readonly prepareMerge: (trx: Kysely<Tables>) => Promise<void>;
  /**
   * To be called last in such a transaction, with how many messages came new: lets the planner know of them, if they
   * are many.
   */
  readonly analyzeGrowth: (trx: Kysely<Tables>, messageCount: number) => Promise<void>;
  /** Epoch milliseconds by the server's clock, which all instances share; null where they run on one machine. */
  readonly sharedClockMs: RawBuilder<number> | null;
  close(): Promise<void>;
}

// No short read waits for its database longer than 2 s: for a connection, then for an answer. A scan may wait another
// second for its turn.
const reading = { connectMs: 600, statementMs: 1_200 };
const scanning = { connectMs: 350, statementMs: 1_500 };
const maxTurnWaitMs = 1_000;
const scanConnections = 4;
// When the planner learns of new messages at once: as a share of all, what PostgreSQL itself waits for before it looks.
const minGrowthMessages = 5_000;
const growthShare = 0.1;
// A pull may take its time, but not for ever.
const writing = { connectMs: 2_000, statementMs: 120_000 };

/**
 * Opens the database that `DATABASE_URL` names; connections are made when first used.
 * @param url `file:PATH`, `memory:` or `postgres://…`
 * @param log where a server's outages are told; null: nowhere.
 * @throws when the folder of an embedded database cannot be made.
 */
export function openDatabase(url: string, log: Log | null = null): Database {
  if (url === 'memory:') return openTemporaryDatabase();
  if (url.startsWith('file:')) return openSqliteDatabase(url.slice('file:'.length));
  return openPostgresDatabase(url, log);
}

/** Reads, scans and pulls have connections of their own, so that none of them can use up another's. */
function openPostgresDatabase(url: string, log: Log | null): Database {
  const outage = new Outage(log);
  const server = { url, outage, lockMs: 10_000 };
  const dialect = (
    work: string,
    limits: { readonly maxConnections: number; readonly connectMs: number; readonly statementMs: number },
  ): Dialect =>
    new PostgresDialect({
      pool: createPostgresPool({ ...server, ...limits, applicationName: `usage-api ${work}` }),
    });
  return {
    ...createPostgresDatabase(dialect('writes', { ...writing, maxConnections: 10 }), {
      reads: dialect('reads', { ...reading, maxConnections: 10 }),
      scans: dialect('scans', { ...scanning, maxConnections: scanConnections }),
    }),
  };
}

/** An embedded database file; its folder is made when it is not there. */
export function openSqliteDatabase(path: string): Database {
  makeFolderOf(path);
  // In WAL mode a reader hardly ever waits for a lock; in the main thread everybody would wait with it.
  const reads = kyselyOver(() => openSqlite(path, { readOnly: true, lockWaitMs: 100 }), true);
  const scans = kyselyOver(
    () => openSqliteThread({ path, readOnly: true, lockWaitMs: 1_000 }, { answerMs: 1_800 }),
    true,
  );
  const writes = kyselyOver(
    () => openSqliteThread({ path, readOnly: false, lockWaitMs: 5_000 }, { answerMs: null }),
    false,
  );
  return {
    kind: 'sqlite',
    reads,
    scans,
    // There is one thread for all.
    scanTurns: new FairTurns({ maxAtOnce: 1, maxOfOneAccount: 1, maxWaitMs: maxTurnWaitMs }),
    writes,
    pullReads: reads,
    forUpdate: sql``,
    forUpdateOfFree: sql``,
    async prepareMerge() {},
    async analyzeGrowth() {},
    sharedClockMs: null,
    rowsOf(alias, columns, rows) {
      const names = Object.entries(columns).map(
        ([name, type]) =>
          sql`cast(value ->> ${sql.lit(`$.${name}`)} as ${sql.raw(type)}) as ${sql.ref(name)}`,
      );
      return sql`(select ${sql.join(names)} from json_each(${JSON.stringify(rows)})) as ${sql.ref(alias)}`;
    },
    async close() {
      await Promise.all([reads.destroy(), scans.destroy(), writes.destroy()]);
    },
  };
}

function kyselyOver(open: () => SqliteConnection, readOnly: boolean): Kysely<Tables> {
  return new Kysely<Tables>({ dialect: new SqliteConnectionDialect({ open, readOnly }) });
}

/**
 * PostgreSQL through any dialect that speaks it: a server's pools, or PGlite in tests.
 * @param dialect for everything that has no dialect of its own.
 */
export function createPostgresDatabase(
  dialect: Dialect,
  own: { readonly reads?: Dialect; readonly scans?: Dialect } = {},
): Database {
  const writes = new Kysely<Tables>({ dialect });
  const reads = own.reads === undefined ? writes : new Kysely<Tables>({ dialect: own.reads });
  const scans = own.scans === undefined ? writes : new Kysely<Tables>({ dialect: own.scans });
  return {
    kind: 'postgres',
    reads,
    scans,
    // One connection is left for what is asked about all accounts.
    scanTurns: new FairTurns({
      maxAtOnce: scanConnections - 1,
      maxOfOneAccount: scanConnections - 2,
      maxWaitMs: maxTurnWaitMs,
    }),
    writes,
    pullReads: writes,
    // When the transaction began, which is when a lone statement did. A distributed PostgreSQL takes no volatile function
    // in an UPDATE.
    sharedClockMs: sql<number>`cast(extract(epoch from now()) * 1000 as bigint)`,
    forUpdate: sql`for update`,
    forUpdateOfFree: sql`for update skip locked`,
    async prepareMerge(trx) {
      // Nothing is known yet of rows that have just come in, and a planner that thinks them few joins row by row:
      // that took minutes at 20,000 messages.
      await sql`set local enable_nestloop = off`.execute(trx);
      // What cannot do without them counts as so dear then that it would be compiled first, for a second each time.
      await sql`set local jit = off`.execute(trx);
    },
    async analyzeGrowth(trx, messageCount) {
      if (messageCount < minGrowthMessages) return;
      // PostgreSQL itself looks only within the next minute. Until then it would take the account for a small one, and
      // read all of it for a page: 280 ms at 1,000,000 messages instead of 3.
      const known = await sql<{ rows: number }>`
        select cast(reltuples as float8) as rows from pg_class where oid = 'messages'::regclass`.execute(trx);
      if (messageCount > growthShare * (known.rows[0]?.rows ?? 0)) await sql`analyze messages`.execute(trx);
    },
    rowsOf(alias, columns, rows) {
      const names = Object.entries(columns).map(([name, type]) => sql`${sql.ref(name)} ${sql.raw(type)}`);
      return sql`json_to_recordset(${JSON.stringify(rows)}::json) as ${sql.ref(alias)}(${sql.join(names)})`;
    },
    async close() {
      await Promise.all([...new Set([reads, scans, writes])].map((db) => db.destroy()));
    },
  };
}

/** `memory:` is a file in the system's temporary folder, gone when it is closed: one code path for all. */
function openTemporaryDatabase(): Database {
  const folder = createTemporaryFolder();
  const database = openSqliteDatabase(join(folder, 'usage.db'));
  return {
    ...database,
    async close() {
      await database.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
