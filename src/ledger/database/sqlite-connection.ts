import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';

/** What one statement gave. */
export interface SqliteResult {
  readonly rows: readonly unknown[];
  /** Rows that an INSERT, UPDATE or DELETE touched. */
  readonly changes: number;
}

/** One SQLite connection: in this thread or, behind the same door, in another. */
export interface SqliteConnection {
  /** False once the connection is lost: statements only fail from then on, and another one must be opened. */
  readonly usable: boolean;
  /** @throws SqliteFailure when the database refuses; DatabaseUnavailable when there was no answer at all. */
  execute(sql: string, parameters: readonly unknown[]): SqliteResult | Promise<SqliteResult>;
  close(): void | Promise<void>;
}

/** A connection of this very thread: it answers at once. */
export interface LocalSqliteConnection extends SqliteConnection {
  execute(sql: string, parameters: readonly unknown[]): SqliteResult;
  close(): void;
}

/** What a connection is opened with. */
export interface SqliteOptions {
  readonly readOnly: boolean;
  /** How long a statement waits for another connection's lock. It holds its thread meanwhile. */
  readonly lockWaitMs: number;
}

/** SQLite's own word on why a statement failed. */
export class SqliteFailure extends Error {
  /** Source: https://sqlite.org/rescode.html */
  readonly resultCode: number;

  constructor(
    { message, resultCode }: { readonly message: string; readonly resultCode: number },
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'SqliteFailure';
    this.resultCode = resultCode;
  }

  /** The result code without its details: its low byte. */
  get primaryCode(): number {
    return this.resultCode % 256;
  }
}

interface PreparedStatement {
  readonly prepared: StatementSync;
  /** Makes a row an object; null for a statement that gives no rows. */
  readonly toObject: ToObject | null;
}

// More shapes than the service has; a bound all the same, for filters and orders multiply.
const statementCacheSize = 500;

/**
 * Opens the database file in this thread.
 * Every commit is flushed to disk (WAL, `synchronous=FULL`); readers never wait for the writer.
 * @throws SqliteFailure when the file cannot be opened.
 */
export function openSqlite(path: string, { readOnly, lockWaitMs }: SqliteOptions): LocalSqliteConnection {
  const database = tellFailures(() => {
    const opened = new DatabaseSync(path, { readOnly, timeout: lockWaitMs });
    if (!readOnly) {
      enterWalMode(opened, lockWaitMs);
      opened.exec('pragma synchronous = full');
    }
    opened.exec('pragma cache_size = -32768');
    return opened;
  });
  const statements = new Map<string, PreparedStatement>();

  function prepare(sql: string): PreparedStatement {
    const known = statements.get(sql);
    if (known !== undefined) return known;
    const prepared = database.prepare(sql);
    prepared.setReturnArrays(true);
    const columns = prepared.columns().map(({ name }) => name);
    const statement = { prepared, toObject: columns.length === 0 ? null : writeToObject(columns) };
    if (statements.size >= statementCacheSize) statements.clear();
    statements.set(sql, statement);
    return statement;
  }

  function run(sql: string, values: SQLInputValue[]): SqliteResult {
    const { prepared, toObject } = prepare(sql);
    if (toObject !== null) {
      const rows = prepared.all(...values).map(toObject);
      return { rows, changes: rows.length };
    }
    return { rows: [], changes: Number(prepared.run(...values).changes) };
  }

  return {
    usable: true,
    execute(sql, parameters) {
      const values = parameters.map(bindable);
      return tellFailures(() => run(sql, values));
    },
    close() {
      statements.clear();
      database.close();
    },
  };
}

type ToObject = (row: unknown) => Readonly<Record<string, unknown>>;

/**
 * Writes the function that makes a statement's rows plain objects. Those that node:sqlite makes itself take twice as long
 * for a page of messages, and a loop over the columns' names a fifth longer.
 * @param columns names from our own statements.
 */
function writeToObject(columns: readonly string[]): ToObject {
  const entries = columns.map((name, index) => `${JSON.stringify(name)}: row[${index}]`);
  // oxlint-disable-next-line no-new-func, typescript/no-implied-eval, typescript/no-unsafe-type-assertion -- made of names that this code wrote, it has this type.
  return new Function('row', `return { ${entries.join(', ')} };`) as ToObject;
}

const sqliteBusy = 5;
const walRetryMs = 5;
const pause = new Int32Array(new SharedArrayBuffer(4));

/**
 * Of several connections that turn a new file to WAL at the same time, SQLite refuses all but one at once, whatever
 * their timeout says. Holds its thread, as that timeout does.
 */
function enterWalMode(database: DatabaseSync, lockWaitMs: number): void {
  const deadlineMs = performance.now() + lockWaitMs;
  for (;;) {
    try {
      database.exec('pragma journal_mode = wal');
      return;
    } catch (error) {
      const isBusy = error instanceof Error && 'errcode' in error && error.errcode === sqliteBusy;
      if (!isBusy || performance.now() >= deadlineMs) throw error;
      Atomics.wait(pause, 0, 0, walRetryMs);
    }
  }
}

function tellFailures<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof Error && 'errcode' in error && typeof error.errcode === 'number')
      throw new SqliteFailure({ message: error.message, resultCode: error.errcode }, { cause: error });
    throw error;
  }
}

function bindable(value: unknown): SQLInputValue {
  if (value === null || typeof value === 'string' || typeof value === 'bigint') return value;
  // node:sqlite binds every number as a float, which would turn integer arithmetic into floating point.
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  throw new TypeError(`SQLite cannot bind a value of type ${typeof value}`);
}
