import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import pg from 'pg';

import { DatabaseUnavailable } from './database-unavailable.ts';
import type { Outage } from './outage.ts';
import { type PostgresConnection, PostgresConnector } from './postgres-connector.ts';

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

/** Connections to a PostgreSQL server, none of which ever waits for ever. Whatever the server's absence causes is thrown as DatabaseUnavailable. */
export function createPostgresPool({ outage, url, ...options }: PostgresPoolOptions): PostgresPool {
  const config = {
    application_name: options.applicationName,
    max: options.maxConnections,
    connectionTimeoutMillis: options.connectMs,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    types: { getTypeParser: postgresTypeParser },
  };
  const connector = new PostgresConnector(url, {
    ...config,
    statementMs: options.statementMs,
    lockMs: options.lockMs,
    onIdleLoss: (error) => outage.meet(unavailable(error)),
  });
  const guarded = new WeakMap<pg.PoolClient, GuardedClient>();

  return {
    options: config,
    async connect() {
      try {
        const connection = await connector.connect();
        const known = guarded.get(connection.client) ?? new GuardedClient(connection, outage);
        guarded.set(connection.client, known);
        return known;
      } catch (error) {
        const failure = unavailable(error);
        outage.meet(failure);
        throw failure;
      }
    },
    end: () => connector.end(),
  };
}

const beginning = /^(begin|start transaction)\b/i;
const ending = /^(commit|rollback)\s*;?$/i;

/** A connection that names its failures and is not used again after a statement that it never answered. */
class GuardedClient implements PostgresPoolClient {
  readonly #client: pg.PoolClient;
  readonly #limitTransaction: string | null;
  readonly #outage: Outage;
  #isInTransaction = false;
  #lost = false;

  constructor({ client, limitTransaction }: PostgresConnection, outage: Outage) {
    this.#client = client;
    this.#limitTransaction = limitTransaction;
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
      const { command, rowCount, rows } = await this.#send(statement, parameters);
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

  /** Sends a statement, in a transaction of its own where the limits hold in transactions alone. */
  async #send(statement: string, parameters: readonly unknown[]): Promise<pg.QueryResult> {
    const limits = this.#limitTransaction;
    if (limits === null) return this.#client.query(statement, [...parameters]);
    if (beginning.test(statement)) {
      this.#isInTransaction = true;
      await this.#client.query(`${statement}; ${limits}`);
      return emptyResult;
    }
    if (ending.test(statement)) this.#isInTransaction = false;
    else if (!this.#isInTransaction) return this.#sendAlone(statement, parameters, limits);
    return this.#client.query(statement, [...parameters]);
  }

  async #sendAlone(
    statement: string,
    parameters: readonly unknown[],
    limits: string,
  ): Promise<pg.QueryResult> {
    await this.#client.query(`begin; ${limits}`);
    try {
      const result = await this.#client.query(statement, [...parameters]);
      await this.#client.query('commit');
      return result;
    } catch (error) {
      // What the server answered leaves a transaction to end; after silence, nothing can be sent.
      if (error instanceof pg.DatabaseError) await this.#client.query('rollback');
      throw error;
    }
  }
}

const emptyResult: pg.QueryResult = { command: 'BEGIN', rowCount: 0, oid: 0, fields: [], rows: [] };

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
