import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import pg from 'pg';

import { DatabaseUnavailable } from './database-unavailable.ts';
import type { Outage } from './outage.ts';

/** What a pool of connections to one server is for, and how long its users wait. */
export interface PostgresPoolOptions {
  readonly url: string;
  /** Seen in the server's `pg_stat_activity`. */
  readonly applicationName: string;
  readonly maxConnections: number;
  /** How long to wait for a connection, its turn included. */
  readonly connectMs: number;
  /** How long a statement may take: the server ends it then. A silent server is given up a little later. */
  readonly statementMs: number;
  /** How long a statement waits for another transaction's lock. */
  readonly lockMs: number;
  readonly outage: Outage;
}

// More than the server's own word needs on its way back.
const silenceMs = 100;

/** Connections to a PostgreSQL server, none of which ever waits for ever. Whatever the server's absence causes is thrown as DatabaseUnavailable. */
export function createPostgresPool({ outage, ...options }: PostgresPoolOptions): PostgresPool {
  const pool = new pg.Pool({
    connectionString: options.url,
    application_name: options.applicationName,
    max: options.maxConnections,
    connectionTimeoutMillis: options.connectMs,
    statement_timeout: options.statementMs,
    query_timeout: options.statementMs + silenceMs,
    lock_timeout: options.lockMs,
    // An instance that hangs in a transaction must not hold its locks for ever.
    idle_in_transaction_session_timeout: 10_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    types: { getTypeParser: postgresTypeParser },
  });
  // The server ended an idle connection, which the pool has dropped by now.
  pool.on('error', (error) => outage.meet(unavailable(error)));
  const guarded = new WeakMap<pg.PoolClient, GuardedClient>();

  return {
    options: pool.options,
    async connect() {
      try {
        const client = await pool.connect();
        const known = guarded.get(client) ?? new GuardedClient(client, outage);
        guarded.set(client, known);
        return known;
      } catch (error) {
        const failure = unavailable(error);
        outage.meet(failure);
        throw failure;
      }
    },
    end: () => pool.end(),
  };
}

/** A connection that names its failures and is not used again after a statement that it never answered. */
class GuardedClient implements PostgresPoolClient {
  readonly #client: pg.PoolClient;
  readonly #outage: Outage;
  #lost = false;

  constructor(client: pg.PoolClient, outage: Outage) {
    this.#client = client;
    this.#outage = outage;
    // Without a listener, the loss of a connection in use would end the process. Its statement fails by itself.
    client.on('error', () => {
      this.#lost = true;
    });
  }

  query<R>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>;
  query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>;
  query<R>(
    statement: string | PostgresCursor<R>,
    parameters: readonly unknown[] = [],
  ): Promise<PostgresQueryResult<R>> | PostgresCursor<R> {
    if (typeof statement !== 'string') throw new Error('rows are read in pages, not streamed');
    return this.#run(statement, parameters);
  }

  release(destroy = false): void {
    this.#client.release(destroy || this.#lost);
  }

  async #run<R>(statement: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>> {
    try {
      const { command, rowCount, rows } = await this.#client.query(statement, [...parameters]);
      this.#outage.end();
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- pg types the command as text; Kysely lists the commands that there are.
      return { command: command as PostgresQueryResult<R>['command'], rowCount: rowCount ?? 0, rows };
    } catch (error) {
      if (error instanceof pg.DatabaseError ? !isOutage(error) : !isSilence(error)) throw error;
      // A statement that the server itself ended leaves a good connection; any other may still be busy with it.
      if (!(error instanceof pg.DatabaseError)) this.#lost = true;
      const failure = unavailable(error);
      this.#outage.meet(failure);
      throw failure;
    }
  }
}

// Connection exception, insufficient resources, operator intervention, system error; and a server that became a
// standby. Source: PostgreSQL's manual, "Error Codes".
const outageClasses = new Set(['08', '53', '57', '58']);
const readOnlyTransaction = '25006';
const idleInTransactionTimeout = '25P03';
// The tables are not there yet: this server was just set up, and the migration is on its way.
const undefinedTable = '42P01';

function isOutage({ code = '' }: pg.DatabaseError): boolean {
  return (
    outageClasses.has(code.slice(0, 2)) ||
    code === readOnlyTransaction ||
    code === idleInTransactionTimeout ||
    code === undefinedTable
  );
}

/** Whether there was no answer at all; what is left is a fault in the statement or its parameters. */
function isSilence(error: unknown): boolean {
  return error instanceof Error && !(error instanceof TypeError) && !(error instanceof RangeError);
}

function unavailable(error: unknown): DatabaseUnavailable {
  return new DatabaseUnavailable(
    { reason: error instanceof Error ? error.message : String(error) },
    { cause: error },
  );
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
