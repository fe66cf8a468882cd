import type { BulkheadPolicy } from 'cockatiel';
import type { Kysely } from 'kysely';

import type { Database } from '../database/database.ts';
import type { Tables } from '../database/tables.ts';
import { retryConflicts } from '../database/write-conflict.ts';
import { readKnownReports } from '../reading/report-readings.ts';
import { readLateReports, recordLate } from './late-prices.ts';
import { Lease } from './lease.ts';
import { findListedPeriod, placeMissing, readMissing } from './missing-messages.ts';
import { type LeaseFault, type PricedMessage, type Pull, shortCommitCount } from './pull.ts';
import { recordSnapshot } from './snapshot.ts';
import { clearStaging, prepareStaging, stageMessages } from './staging.ts';

/** What a pull is begun with. */
export interface OpenPullOptions {
  readonly account: string;
  /** For when it was due when the caller looked; null: it does not matter. */
  readonly dueAtMs?: number | null;
  readonly now: () => Date;
  /** By account, the pull of this very process that could not give its lease back. */
  readonly unreleased: Map<string, string>;
  /** The turns of commits that take long. */
  readonly longCommits: BulkheadPolicy;
  /** Is told at most once of each step of the pull. */
  readonly onLeaseFault: (fault: LeaseFault) => void;
}

/**
 * Begins a pull of one account.
 * @returns null when another instance pulls this account, or has done so since the caller looked.
 */
export async function openPull(
  database: Database,
  { account, dueAtMs = null, now, unreleased, longCommits, onLeaseFault }: OpenPullOptions,
): Promise<Pull | null> {
  const formerPullId = unreleased.get(account) ?? null;
  const lease = await Lease.take(database, { account, now, formerPullId, dueAtMs });
  // This pull or another instance has taken it over: there is nothing left to give back.
  unreleased.delete(account);
  if (lease === null) return null;
  const reports = await prepare(database, account).catch((error: unknown) => {
    unreleased.set(account, lease.pullId);
    throw error;
  });

  const key = { account, pullId: lease.pullId };
  const conflictingIds = new Set<number>();
  let stagedCount = 0;
  let setAsideCount = 0;
  let nextOrdinal = 0;
  let isReleased = false;
  let isRecording = false;
  const renewal = lease.keepRenewed(
    () => !isRecording,
    (cause) => onLeaseFault({ account, step: 'renewal', cause }),
  );
  const transact = <T>(record: (trx: Kysely<Tables>) => Promise<T>): Promise<T> =>
    retryConflicts(() =>
      database.writes.transaction().execute((trx) => {
        isRecording = true;
        return record(trx).finally(() => {
          isRecording = false;
        });
      }),
    );

  const stage = async (messages: readonly PricedMessage[]): Promise<void> => {
    const firstOrdinal = nextOrdinal;
    nextOrdinal += messages.length;
    const staged = await stageMessages(database, key, messages, firstOrdinal);
    stagedCount += staged.addedCount;
    for (const id of staged.conflictingIds) conflictingIds.add(id);
  };

  return {
    ...reports,
    beganAtMs: lease.takenAtMs,
    stage,
    async standInFor(unreadable, price) {
      setAsideCount = unreadable.count;
      const period = await findListedPeriod(database, key, unreadable.ids);
      if (period === null) return;
      const firstOrdinal = nextOrdinal;
      const missing = { ...key, ...period };
      for await (const messages of readMissing(database, missing)) await stage(await price(messages));
      if (nextOrdinal > firstOrdinal) await placeMissing(database.writes, missing, firstOrdinal);
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
            setAsideCount,
            conflictingIds: [...conflictingIds].toSorted((a, b) => a - b),
          }),
        );
      return stagedCount > shortCommitCount ? longCommits.execute(record) : record();
    },
    async release(pauseMs = null, list = null) {
      if (isReleased) return;
      isReleased = true;
      await renewal.stop();
      try {
        await clearStaging(database, key);
        await lease.giveBack(pauseMs, list);
      } catch (cause) {
        // What became of the pull stands. The next pull does what is left to do.
        unreleased.set(account, lease.pullId);
        onLeaseFault({ account, step: 'release', cause });
      }
    },
  };
}

async function prepare(
  database: Database,
  account: string,
): Promise<Pick<Pull, 'knownReports' | 'lateReports'>> {
  // SQLite's table is gone when the connection had to be opened anew.
  await prepareStaging(database);
  await clearStaging(database, { account });
  return {
    knownReports: await readKnownReports(database, account),
    lateReports: await readLateReports(database, account),
  };
}
