import { randomUUID } from 'node:crypto';

import type { BulkheadPolicy } from 'cockatiel';
import { type Kysely, type RawBuilder, sql } from 'kysely';

import type { Database } from '../database/database.ts';
import { readLateReports, recordLate } from './late-prices.ts';
import { type LeaseFault, type Pull, shortCommitCount } from './pull.ts';
import { readKnownReports } from '../reading/report-readings.ts';
import { recordSnapshot } from './snapshot.ts';
import { clearStaging, createStagingTable, stageMessages } from './staging.ts';
import type { Tables } from '../database/tables.ts';
import { retryConflicts } from '../database/write-conflict.ts';

/** How long an instance owns an account's pulls without a sign of life. */
const leaseMs = 12_000;
const renewMs = 3_000;

/** What a pull is begun with. */
export interface OpenPullOptions {
  readonly account: string;
  readonly now: () => Date;
  /** By account, the pull of this very process that could not give its lease back. */
  readonly unreleased: Map<string, string>;
  /** The turns of commits that take long. */
  readonly longCommits: BulkheadPolicy;
  /** Told at most once of each step of the pull. */
  readonly onLeaseFault: (fault: LeaseFault) => void;
}

/**
 * Begins a pull of one account.
 * @returns null when another instance is pulling this account right now.
 */
export async function openPull(
  database: Database,
  { account, now, unreleased, longCommits, onLeaseFault }: OpenPullOptions,
): Promise<Pull | null> {
  const pullId = randomUUID();
  const key = { account, pullId };
  const clockMs = (): RawBuilder<number> => readClock(database, now);
  const formerId = unreleased.get(account) ?? null;
  const taken = await retryConflicts(() => takeLease(database, { ...key, formerId, clockMs: clockMs() }));
  // Taken over by this pull or by another instance: what was not given back is gone.
  unreleased.delete(account);
  if (!taken) return null;
  const reports = await prepare(database, account).catch((error: unknown) => {
    unreleased.set(account, pullId);
    throw error;
  });

  const conflictingIds = new Set<number>();
  let stagedCount = 0;
  let nextOrdinal = 0;
  let released = false;
  let isRenewing = false;
  let isRenewalTold = false;
  let isRecording = false;
  let renewed: Promise<unknown> = Promise.resolve();
  const renewal = setInterval(() => {
    // A commit holds the account's row, so that nobody takes the lease; a renewal could only wait for its end.
    if (isRenewing || isRecording) return;
    isRenewing = true;
    renewed = renewLease(database, { ...key, clockMs: clockMs() })
      // Whether the lease still holds shows when the pull commits: it is checked there, in the transaction.
      .catch((cause: unknown) => {
        // An outage fails one renewal after the other, and is one event.
        if (!isRenewalTold) onLeaseFault({ account, step: 'renewal', cause });
        isRenewalTold = true;
      })
      .finally(() => {
        isRenewing = false;
      });
  }, renewMs);
  renewal.unref();
  const transact = <T>(record: (trx: Kysely<Tables>) => Promise<T>): Promise<T> =>
    retryConflicts(() =>
      database.writes.transaction().execute((trx) => {
        isRecording = true;
        return record(trx).finally(() => {
          isRecording = false;
        });
      }),
    );

  return {
    ...reports,
    async stage(messages) {
      const firstOrdinal = nextOrdinal;
      nextOrdinal += messages.length;
      const staged = await stageMessages(database, key, messages, firstOrdinal);
      stagedCount += staged.addedCount;
      for (const id of staged.conflictingIds) conflictingIds.add(id);
    },
    recordLate(readings) {
      const record = () => transact((trx) => recordLate(trx, database, { ...key, readings }));
      // An answer may price as many messages as a whole period has.
      const isLong = readings.some(({ status }) => status !== 'unread');
      return isLong ? longCommits.execute(record) : record();
    },
    commit(given) {
      const record = () =>
        transact((trx) =>
          recordSnapshot(trx, database, {
            ...given,
            ...key,
            knownReports: reports.knownReports,
            stagedCount,
            conflictingIds: [...conflictingIds].toSorted((a, b) => a - b),
          }),
        );
      return stagedCount > shortCommitCount ? longCommits.execute(record) : record();
    },
    async release() {
      if (released) return;
      released = true;
      clearInterval(renewal);
      await renewed;
      try {
        await clearStaging(database, key);
        await retryConflicts(() => giveLeaseBack(database, key));
      } catch (cause) {
        // The pull's own outcome is what counts; the next pull does what is left to do.
        unreleased.set(account, pullId);
        onLeaseFault({ account, step: 'release', cause });
      }
    },
  };
}

async function prepare(
  database: Database,
  account: string,
): Promise<Pick<Pull, 'knownReports' | 'lateReports'>> {
  // SQLite's is gone when the connection had to be opened anew.
  await createStagingTable(database.writes, database);
  await clearStaging(database, { account });
  return {
    knownReports: await readKnownReports(database, account),
    lateReports: await readLateReports(database, account),
  };
}

/** The clock that leases go by: the database's where instances run on several machines, else this one's. */
export function readClock({ sharedClockMs }: Database, now: () => Date): RawBuilder<number> {
  return sharedClockMs ?? sql<number>`cast(${now().getTime()} as bigint)`;
}

interface Lease {
  readonly account: string;
  readonly pullId: string;
  readonly clockMs: RawBuilder<number>;
}

async function takeLease(
  { writes, forUpdateOfFree }: Database,
  { account, pullId, formerId, clockMs }: Lease & { readonly formerId: string | null },
): Promise<boolean> {
  // Another instance's commit holds the account's row: it is no use to wait for its end.
  const taken = await sql`
    with free as (select account_id from accounts where account_id = ${account} ${forUpdateOfFree})
    insert into accounts (account_id, revision, asked_at_ms, lease_owner, lease_until_ms)
    select ${account}, 0, ${clockMs}, ${pullId}, ${clockMs} + ${sql.lit(leaseMs)}
    where exists (select 1 from free) or not exists (select 1 from accounts where account_id = ${account})
    on conflict (account_id) do update
    set lease_owner = excluded.lease_owner, lease_until_ms = excluded.lease_until_ms
    where accounts.lease_owner is null or accounts.lease_owner = ${formerId} or accounts.lease_until_ms < ${clockMs}
    returning account_id`.execute(writes);
  return taken.rows.length > 0;
}

/** Never takes a lease that was lost: another pull has begun since then, and its staging is not this one's. */
async function renewLease({ writes }: Database, { account, pullId, clockMs }: Lease): Promise<void> {
  await sql`
    update accounts set lease_until_ms = ${clockMs} + ${sql.lit(leaseMs)}
    where account_id = ${account} and lease_owner = ${pullId}`.execute(writes);
}

async function giveLeaseBack(
  { writes }: Database,
  { account, pullId }: Omit<Lease, 'clockMs'>,
): Promise<void> {
  await sql`
    update accounts set lease_owner = null, lease_until_ms = 0
    where account_id = ${account} and lease_owner = ${pullId}`.execute(writes);
}
