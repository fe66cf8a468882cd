import pg from 'pg';

import { parsePostgresUrl } from './postgres-url.ts';

/** How long a connection's statements may take, in ms. */
export interface StatementLimits {
  readonly statementMs: number;
  /** How long a statement waits for another transaction's lock. */
  readonly lockMs: number;
}

/** A connection, and how its limits hold. */
export interface PostgresConnection {
  readonly client: pg.PoolClient;
  /**
   * Null when the connection itself has the limits. Else a pooler gives each transaction whatever connection is free:
   * this statement sets the limits inside one.
   */
  readonly limitTransaction: string | null;
}

/** How a server is reached. */
interface Way {
  /** The place in the address' list of encryptions. */
  readonly encryption: number;
  /** Whether a pooler stands between that takes no start-up parameters, such as PgBouncer. */
  readonly isPooled: boolean;
}

// An instance that hangs in a transaction must not hold its locks for ever.
const idleInTransactionMs = 10_000;
// More than the server's own word needs on its way back.
const silenceMs = 100;

/**
 * Connects to a server in the first way that it takes: with or without TLS, as `sslmode` allows; with limits as
 * start-up parameters or, where a pooler refuses or ignores those, in each transaction. It stays with what worked.
 */
export class PostgresConnector {
  readonly #config: pg.PoolConfig;
  readonly #limits: StatementLimits;
  readonly #encryptions: ReturnType<typeof parsePostgresUrl>['encryptions'];
  readonly #pools = new Map<string, pg.Pool>();
  readonly #checked = new WeakSet<pg.PoolClient>();
  readonly #onIdleLoss: (error: Error) => void;
  #way: Way = { encryption: 0, isPooled: false };

  /** @param onIdleLoss is told when the server ended an idle connection, which is not used again. */
  constructor(
    url: string,
    {
      onIdleLoss,
      statementMs,
      lockMs,
      ...config
    }: pg.PoolConfig & StatementLimits & { readonly onIdleLoss: (error: Error) => void },
  ) {
    const { client, encryptions } = parsePostgresUrl(url);
    this.#config = { ...client, ...config };
    this.#limits = { statementMs, lockMs };
    this.#encryptions = encryptions;
    this.#onIdleLoss = onIdleLoss;
  }

  /** @throws what the client throws when no way leads there */
  async connect(): Promise<PostgresConnection> {
    const tried = new Set<number>();
    for (;;) {
      const way = this.#way;
      tried.add(way.encryption);
      try {
        const client = await this.#poolOf(way).connect();
        if (way.isPooled) return { client, limitTransaction: setLocally(this.#limits) };
        if (await this.#hasLimits(client)) return { client, limitTransaction: null };
        client.release(true);
        this.#way = { ...way, isPooled: true };
      } catch (error) {
        const next = this.#nextWay(way, error);
        if (next === null || (next.encryption !== way.encryption && tried.has(next.encryption))) throw error;
        this.#way = next;
      }
    }
  }

  async end(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.end()));
  }

  /** Some poolers take start-up parameters without a word, and drop them. */
  async #hasLimits(client: pg.PoolClient): Promise<boolean> {
    if (this.#checked.has(client)) return true;
    try {
      const { rows } = await client.query<{ ms: number }>(
        "select cast(extract(epoch from cast(current_setting('statement_timeout') as interval)) * 1000 as float8) as ms",
      );
      if (Math.round(rows[0]?.ms ?? 0) !== this.#limits.statementMs) return false;
      this.#checked.add(client);
      return true;
    } catch (error) {
      client.release(true);
      throw error;
    }
  }

  #nextWay(way: Way, error: unknown): Way | null {
    if (!way.isPooled && isRefusedParameter(error)) return { ...way, isPooled: true };
    const encryption = (way.encryption + 1) % this.#encryptions.length;
    return encryption !== way.encryption && isRefusedEncryption(error) ? { ...way, encryption } : null;
  }

  #poolOf({ encryption, isPooled }: Way): pg.Pool {
    const key = `${encryption} ${isPooled}`;
    const known = this.#pools.get(key);
    if (known !== undefined) return known;
    const { statementMs, lockMs } = this.#limits;
    const pool = new pg.Pool({
      ...this.#config,
      ssl: this.#encryptions[encryption] ?? false,
      query_timeout: statementMs + silenceMs,
      ...(isPooled
        ? {}
        : {
            statement_timeout: statementMs,
            lock_timeout: lockMs,
            idle_in_transaction_session_timeout: idleInTransactionMs,
          }),
    });
    pool.on('error', this.#onIdleLoss);
    this.#pools.set(key, pool);
    return pool;
  }
}

function setLocally({ statementMs, lockMs }: StatementLimits): string {
  return [
    `set local statement_timeout = ${statementMs}`,
    `set local lock_timeout = ${lockMs}`,
    `set local idle_in_transaction_session_timeout = ${idleInTransactionMs}`,
  ].join('; ');
}

/** PgBouncer: `unsupported startup parameter: statement_timeout`. */
function isRefusedParameter(error: unknown): boolean {
  return error instanceof Error && /startup parameter/i.test(error.message);
}

// invalid_authorization_specification: no line of pg_hba.conf lets this host in with, or without, encryption.
const refusedHost = '28000';

/** Whether the other encryption may do better: this one is what the server, or its certificate, does not go with. */
function isRefusedEncryption(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  return (
    code === refusedHost ||
    /^(ERR_SSL|ERR_TLS|EPROTO|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/.test(code) ||
    /does not support SSL|SSL required|TLS connections? (is|are) required/i.test(error.message)
  );
}
