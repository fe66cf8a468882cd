import { randomUUID } from 'node:crypto';

import { sql } from 'kysely';

import type { Database } from '../database/database.ts';
import { ledgerClock } from '../database/ledger-clock.ts';
import { retryConflicts } from '../database/write-conflict.ts';
import { type ListKey, setList } from './recorded-list.ts';

/** How long a lease lasts without a sign of life of its pull. */
const leaseMs = 12_000;
const renewMs = 3_000;

/** What a lease is taken with. */
export interface LeaseRequest {
  readonly account: string;
  readonly now: () => Date;
  /** The pull of this very process that could not give its lease back; null: none. */
  readonly formerPullId: string | null;
  /**
   * For when the account was due when the caller looked. The lease is refused if that has changed, for another instance
   * has pulled the account since then. Null: whenever it is due.
   */
  readonly dueAtMs: number | null;
  /** Whether no pull had the lease when the caller looked: then nothing is asked once more. */
  readonly wasFree?: boolean;
}

/** A pull that found the list that is recorded already. */
export interface UnchangedList {
  /** The validators that came with the body; null when it did not come, for the upstream said that it is the same. */
  readonly validators: Pick<ListKey, 'etag' | 'lastModified'> | null;
  /** How long nobody is to pull the account then. */
  readonly pauseMs: number;
}

/**
 * The right to record a pull of an account, which one pull in all instances has at a time. It runs by the ledger's clock:
 * the database's where instances run on several machines, else this machine's.
 */
export class Lease {
  readonly account: string;
  readonly pullId: string;
  /** When it was taken, in epoch ms by the ledger's clock. */
  readonly takenAtMs: number;
  readonly #database: Database;
  readonly #now: () => Date;

  private constructor(
    database: Database,
    {
      account,
      now,
      pullId,
      takenAtMs,
    }: LeaseRequest & { readonly pullId: string; readonly takenAtMs: number },
  ) {
    this.#database = database;
    this.#now = now;
    this.account = account;
    this.pullId = pullId;
    this.takenAtMs = takenAtMs;
  }

  /** Takes an account's lease. @returns null while another pull has it. */
  static async take(database: Database, request: LeaseRequest): Promise<Lease | null> {
    const { account, now, formerPullId, dueAtMs, wasFree = false } = request;
    if (!wasFree && !(await isFree(database, request))) return null;
    const pullId = randomUUID();
    const clockMs = ledgerClock(database, now);
    const taken = await retryConflicts(() =>
      sql<{ taken_at_ms: number }>`
        insert into accounts (account_id, revision, asked_at_ms, next_pull_at_ms, lease_owner, lease_until_ms)
        values (${account}, 0, ${now().getTime()}, 0, ${pullId}, ${clockMs} + ${sql.lit(leaseMs)})
        on conflict (account_id) do update
        set lease_owner = excluded.lease_owner, lease_until_ms = excluded.lease_until_ms
        where (accounts.lease_owner is null or accounts.lease_owner = ${formerPullId}
          or accounts.lease_until_ms < excluded.lease_until_ms - ${sql.lit(leaseMs)})
          and accounts.next_pull_at_ms = coalesce(cast(${dueAtMs} as bigint), accounts.next_pull_at_ms)
        returning lease_until_ms - ${sql.lit(leaseMs)} as taken_at_ms`.execute(database.writes),
    );
    const row = taken.rows[0];
    return row === undefined ? null : new Lease(database, { ...request, pullId, takenAtMs: row.taken_at_ms });
  }

  /**
   * Renews the lease every few seconds until it is given back. A lease that was lost is never taken again: another pull
   * has begun since then, and what is staged is that pull's.
   * @param mayRenew false while this pull's own commit holds the account's row: a renewal could only wait for its end.
   * @param onFault is told of the first renewal that fails; an outage fails one after the other.
   */
  keepRenewed(mayRenew: () => boolean, onFault: (cause: unknown) => void): { stop(): Promise<void> } {
    let underWay: Promise<void> | null = null;
    let isFaultTold = false;
    const renew = async (): Promise<void> => {
      try {
        await this.#renew();
      } catch (cause) {
        // Whether the lease still holds is checked when the pull commits, in the transaction.
        if (!isFaultTold) onFault(cause);
        isFaultTold = true;
      } finally {
        underWay = null;
      }
    };
    const timer = setInterval(() => {
      if (mayRenew()) underWay ??= renew();
    }, renewMs);
    timer.unref();
    return {
      async stop() {
        clearInterval(timer);
        await underWay;
      },
    };
  }

  /**
   * Gives the lease back.
   * @param pauseMs how long nobody is to pull the account then; null: what was set stands.
   * @param list what the pull recorded; null: nothing, or the next pull reads its list even if it is the same.
   */
  async giveBack(pauseMs: number | null, list: ListKey | null = null): Promise<void> {
    const { writes } = this.#database;
    const clockMs = ledgerClock(this.#database, this.#now);
    const next =
      pauseMs === null
        ? sql.ref('next_pull_at_ms')
        : sql`${clockMs} + cast(${Math.round(pauseMs)} as bigint)`;
    const known = list === null ? sql`` : sql`, ${setList(clockMs, list)}`;
    await retryConflicts(() =>
      sql`
        update accounts set lease_owner = null, lease_until_ms = 0, next_pull_at_ms = ${next}${known}
        where account_id = ${this.account} and lease_owner = ${this.pullId}`.execute(writes),
    );
  }

  /**
   * Notes that the list is still the one that is recorded, and gives the lease back, in one statement.
   * @returns false when the lease was lost: nothing was noted then.
   */
  async giveBackUnchanged({ validators, pauseMs }: UnchangedList): Promise<boolean> {
    const clockMs = ledgerClock(this.#database, this.#now);
    const read =
      validators === null
        ? sql``
        : sql`, list_etag = ${validators.etag}, list_last_modified = ${validators.lastModified}, list_read_at_ms = ${clockMs}`;
    const noted = await retryConflicts(() =>
      sql`
        update accounts
        set lease_owner = null, lease_until_ms = 0, as_of_ms = ${this.takenAtMs},
          next_pull_at_ms = ${clockMs} + cast(${Math.round(pauseMs)} as bigint)${read}
        where account_id = ${this.account} and lease_owner = ${this.pullId}`.execute(this.#database.writes),
    );
    return (noted.numAffectedRows ?? 0n) > 0n;
  }

  async #renew(): Promise<void> {
    await sql`
      update accounts set lease_until_ms = ${ledgerClock(this.#database, this.#now)} + ${sql.lit(leaseMs)}
      where account_id = ${this.account} and lease_owner = ${this.pullId}`.execute(this.#database.writes);
  }
}

/**
 * Whether a lease can be had without waiting. A pull that commits holds the account's row until it is done and renews
 * nothing meanwhile, so that its lease may run out while it is well.
 */
async function isFree(database: Database, { account, now, formerPullId }: LeaseRequest): Promise<boolean> {
  const { pullReads, writes, forUpdateOfFree } = database;
  const clockMs = ledgerClock(database, now);
  const leased = await sql<{ is_over: number }>`
    select case when lease_until_ms < ${clockMs} then 1 else 0 end as is_over
    from accounts where account_id = ${account} and lease_owner <> ${formerPullId ?? ''}`.execute(pullReads);
  const row = leased.rows[0];
  if (row === undefined) return true;
  if (row.is_over === 0) return false;
  const unlocked = await sql`
    select account_id from accounts where account_id = ${account} ${forUpdateOfFree}`.execute(writes);
  return unlocked.rows.length > 0;
}
