import {
  CompiledQuery,
  type DatabaseConnection,
  type DatabaseIntrospector,
  type Dialect,
  type DialectAdapter,
  type Driver,
  type Kysely,
  type QueryCompiler,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';

import { DatabaseUnavailable } from './database-unavailable.ts';
import { type SqliteConnection, SqliteFailure, type SqliteResult } from './sqlite-connection.ts';

/** Kysely on one {@link SqliteConnection}; transactions take the write lock at once, so they never upgrade. */
export class SqliteConnectionDialect implements Dialect {
  readonly #open: () => SqliteConnection;
  readonly #readOnly: boolean;

  constructor({ open, readOnly }: { readonly open: () => SqliteConnection; readonly readOnly: boolean }) {
    this.#open = open;
    this.#readOnly = readOnly;
  }

  createDriver(): Driver {
    return new SqliteConnectionDriver(this.#open);
  }

  createQueryCompiler(): QueryCompiler {
    return new SqliteQueryCompiler();
  }

  createAdapter(): DialectAdapter {
    return this.#readOnly ? new ReadOnlyAdapter() : new WriterAdapter();
  }

  createIntrospector(db: Kysely<unknown>): DatabaseIntrospector {
    return new SqliteIntrospector(db);
  }
}

// SQLITE_BUSY, _LOCKED, _IOERR, _CORRUPT, _FULL, _CANTOPEN and _NOTADB: nothing is wrong with the statement.
const unavailableCodes = new Set([5, 6, 10, 11, 13, 14, 26]);

class WriterAdapter extends SqliteAdapter {
  // SQLite rolls table changes back like any others: a migration is whole or not there.
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

class ReadOnlyAdapter extends SqliteAdapter {
  // Single statements need no turn-taking on a connection that never holds a transaction.
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

class SqliteConnectionDriver implements Driver {
  readonly #open: () => SqliteConnection;
  #connection: SqliteDatabaseConnection | null = null;

  constructor(open: () => SqliteConnection) {
    this.#open = open;
  }

  async init(): Promise<void> {
    this.#connection = new SqliteDatabaseConnection(this.#open());
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    // Only here, between transactions: the rest of a broken one must fail, not run outside of any.
    if (this.#connection?.usable !== true) this.#connection = new SqliteDatabaseConnection(this.#open());
    return this.#connection;
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('commit'));
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    try {
      await connection.executeQuery(CompiledQuery.raw('rollback'));
    } catch (error) {
      // After some failures, such as a full disk, SQLite has rolled back by itself; the first error is what counts.
      if (!(error instanceof SqliteFailure && /no transaction is active/.test(error.message))) throw error;
    }
  }

  async releaseConnection(): Promise<void> {
    // One connection for the driver's whole life.
  }

  async destroy(): Promise<void> {
    await this.#connection?.close();
    this.#connection = null;
  }
}

class SqliteDatabaseConnection implements DatabaseConnection {
  readonly #connection: SqliteConnection;

  constructor(connection: SqliteConnection) {
    this.#connection = connection;
  }

  get usable(): boolean {
    return this.#connection.usable;
  }

  close(): void | Promise<void> {
    return this.#connection.close();
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    const { rows, changes } = await this.#execute(query);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the query built the rows' type, as in every Kysely dialect.
    return { rows: rows as Row[], numAffectedRows: BigInt(changes) };
  }

  async #execute({ sql, parameters }: CompiledQuery): Promise<SqliteResult> {
    try {
      return await this.#connection.execute(sql, parameters);
    } catch (error) {
      if (!(error instanceof SqliteFailure && unavailableCodes.has(error.primaryCode))) throw error;
      throw new DatabaseUnavailable({ reason: error.message }, { cause: error });
    }
  }

  // Kysely's interface wants the method.
  streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw new Error('rows are read in pages, not streamed');
  }
}
