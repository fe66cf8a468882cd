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

import type { SqliteConnection } from './sqlite-connection.ts';

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

  // oxlint-disable-next-line typescript/no-explicit-any -- Kysely's own signature.
  createIntrospector(db: Kysely<any>): DatabaseIntrospector {
    return new SqliteIntrospector(db);
  }
}

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
  #connection: SqliteConnection | null = null;

  constructor(open: () => SqliteConnection) {
    this.#open = open;
  }

  async init(): Promise<void> {
    this.#connection = this.#open();
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    if (this.#connection === null) throw new Error('the SQLite driver was not started');
    return new SqliteDatabaseConnection(this.#connection);
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('commit'));
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('rollback'));
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

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    const { rows, changes } = await this.#connection.execute(query.sql, query.parameters);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the query built the rows' type, as in every Kysely dialect.
    return { rows: rows as Row[], numAffectedRows: BigInt(changes) };
  }

  // oxlint-disable-next-line require-yield -- Kysely's interface wants the method.
  async *streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw new Error('rows are read in pages, not streamed');
  }
}
