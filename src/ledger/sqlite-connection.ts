import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';

/** What one statement gave. */
export interface SqliteResult {
  readonly rows: readonly unknown[];
  /** Rows that an INSERT, UPDATE or DELETE touched. */
  readonly changes: number;
}

/** One SQLite connection: in this thread or, behind the same door, in another. */
export interface SqliteConnection {
  execute(sql: string, parameters: readonly unknown[]): SqliteResult | Promise<SqliteResult>;
  close(): void | Promise<void>;
}

/** A connection of this very thread: it answers at once. */
export interface LocalSqliteConnection extends SqliteConnection {
  execute(sql: string, parameters: readonly unknown[]): SqliteResult;
  close(): void;
}

// More shapes than the service has; a bound all the same, for filters and orders multiply.
const statementCacheSize = 500;

/**
 * Opens the database file in this thread.
 * Every commit is flushed to disk (WAL, `synchronous=FULL`); readers never wait for the writer.
 */
export function openSqlite(
  path: string,
  { readOnly }: { readonly readOnly: boolean },
): LocalSqliteConnection {
  const database = new DatabaseSync(path, { readOnly, timeout: 5000 });
  if (!readOnly) {
    database.exec('pragma journal_mode = wal');
    database.exec('pragma synchronous = full');
  }
  database.exec('pragma cache_size = -32768');
  const statements = new Map<string, StatementSync>();

  function prepare(sql: string): StatementSync {
    const known = statements.get(sql);
    if (known !== undefined) return known;
    const statement = database.prepare(sql);
    if (statements.size >= statementCacheSize) statements.clear();
    statements.set(sql, statement);
    return statement;
  }

  return {
    execute(sql, parameters) {
      const statement = prepare(sql);
      const values = parameters.map(bindable);
      if (statement.columns().length > 0) {
        const rows = statement.all(...values);
        return { rows, changes: rows.length };
      }
      return { rows: [], changes: Number(statement.run(...values).changes) };
    },
    close() {
      statements.clear();
      database.close();
    },
  };
}

function bindable(value: unknown): SQLInputValue {
  if (value === null || typeof value === 'string' || typeof value === 'bigint') return value;
  // node:sqlite binds every number as a float, which would turn integer arithmetic into floating point.
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  throw new TypeError(`SQLite cannot bind a value of type ${typeof value}`);
}
