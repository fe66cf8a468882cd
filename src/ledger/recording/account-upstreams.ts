import type { Database } from '../database/database.ts';

/** Which upstreams accounts were ever pulled from, each named without any secret. */
export class AccountUpstreams {
  readonly #database: Database;
  readonly #now: () => Date;

  constructor(database: Database, now: () => Date) {
    this.#database = database;
    this.#now = now;
  }

  /** Notes which upstream an account was pulled from. The first time counts. */
  async note(account: string, upstream: string): Promise<void> {
    await this.#database.writes
      .insertInto('account_upstreams')
      .values({ account_id: account, upstream, first_pulled_at_ms: this.#now().getTime() })
      .onConflict((conflict) => conflict.columns(['account_id', 'upstream']).doNothing())
      .execute();
  }

  /** The other upstreams of an account, the latest first. */
  async readOthers(account: string, upstream: string): Promise<readonly string[]> {
    const rows = await this.#database.reads
      .selectFrom('account_upstreams')
      .where('account_id', '=', account)
      .where('upstream', '<>', upstream)
      .select('upstream')
      .orderBy('first_pulled_at_ms', 'desc')
      .execute();
    return rows.map((row) => row.upstream);
  }
}
