import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { type Dialect, Kysely, PostgresDialect, type RawBuilder, sql } from 'kysely';
import pg from 'pg';

import { openSqlite, type SqliteConnection } from './sqlite-connection.ts';
import { SqliteConnectionDialect } from './sqlite-dialect.ts';
import { openSqliteThread } from './sqlite-thread.ts';
import type { Tables } from './tables.ts';

/** Everything in which the two databases differ. All other SQL is one text that both understand. */
export interface Database {
  readonly kind: 'sqlite' | 'postgres';
  /** Short, indexed reads. On SQLite they run in the main thread: faster than the way to another. */
  readonly reads: Kysely<Tables>;
  /** Reads that may look at a whole period. On SQLite they run in a thread of their own. */
  readonly scans: Kysely<Tables>;
  /** Changes, one transaction at a time on SQLite, in a thread of their own there. */
  readonly writes: Kysely<Tables>;
  /** A column type whose order is that of code points, as SQLite's is. */
  readonly sortableText: RawBuilder<unknown>;
  /** How `staged_messages` is created: never worth a flush to disk. */
  readonly stagingTable: RawBuilder<unknown>;
  /** Locks the rows that a SELECT in a transaction reads. SQLite's transactions own the whole file already. */
  readonly forUpdate: RawBuilder<unknown>;
  /** Rows, given as one JSON parameter, to select from under the alias and column names given. */
  readonly rowsOf: (
    alias: string,
    columns: Readonly<Record<string, ColumnType>>,
    rows: readonly object[],
  ) => RawBuilder<unknown>;
  close(): Promise<void>;
}

/** The column types that the ledger uses: 64-bit whole numbers and text. */
export type ColumnType = 'bigint' | 'text';

/**
 * Opens the database that `DATABASE_URL` names; connections are made when first used.
 * @param url `file:PATH`, `memory:` or `postgres://…`
 */
export function openDatabase(url: string): Database {
  if (url === 'memory:') return openTemporaryDatabase();
  if (url.startsWith('file:')) return openSqliteDatabase(url.slice('file:'.length));
  const pool = new pg.Pool({
    connectionString: url,
    max: 10,
    connectionTimeoutMillis: 2_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    types: { getTypeParser: postgresTypeParser },
  });
  // An idle connection that the server ends would end the process without a listener. The pool has dropped it by
  // now; a server that is really gone shows at the next statement.
  pool.on('error', () => {});
  return createPostgresDatabase(new PostgresDialect({ pool }));
}

/** An embedded database file; its folder is made when it is not there. */
export function openSqliteDatabase(path: string): Database {
  mkdirSync(dirname(path), { recursive: true });
  const reads = kyselyOver(() => openSqlite(path, { readOnly: true }), true);
  const scans = kyselyOver(() => openSqliteThread({ path, readOnly: true }), true);
  const writes = kyselyOver(() => openSqliteThread({ path, readOnly: false }), false);
  return {
    kind: 'sqlite',
    reads,
    scans,
    writes,
    sortableText: sql`text`,
    stagingTable: sql`create temp table if not exists staged_messages`,
    forUpdate: sql``,
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

/** PostgreSQL through any dialect that speaks it: a server's pool, or PGlite in tests. */
export function createPostgresDatabase(dialect: Dialect): Database {
  const db = new Kysely<Tables>({ dialect });
  return {
    kind: 'postgres',
    reads: db,
    scans: db,
    writes: db,
    sortableText: sql`text collate "C"`,
    stagingTable: sql`create unlogged table if not exists staged_messages`,
    forUpdate: sql`for update`,
    rowsOf(alias, columns, rows) {
      const names = Object.entries(columns).map(([name, type]) => sql`${sql.ref(name)} ${sql.raw(type)}`);
      return sql`json_to_recordset(${JSON.stringify(rows)}::json) as ${sql.ref(alias)}(${sql.join(names)})`;
    },
    async close() {
      await db.destroy();
    },
  };
}

/** `memory:` is a file in the system's temporary folder, gone when it is closed: one code path for all. */
function openTemporaryDatabase(): Database {
  const folder = mkdtempSync(join(tmpdir(), 'usage-api-'));
  const database = openSqliteDatabase(join(folder, 'usage.db'));
  return {
    ...database,
    async close() {
      await database.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const int8 = 20;

/** INT8 as a number: the ledger stores nothing beyond 2^53, and more than that must not be rounded silently. */
function postgresTypeParser(
  ...[oid, format]: Parameters<typeof pg.types.getTypeParser>
): (value: string) => unknown {
  if (oid !== int8) return pg.types.getTypeParser(oid, format);
  return (value) => {
    const number = Number(value);
    if (!Number.isSafeInteger(number))
      throw new RangeError(`the database holds a number beyond 2^53: ${value}`);
    return number;
  };
}
