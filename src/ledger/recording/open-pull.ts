import type { BulkheadPolicy } from 'cockatiel';
import type { Kysely } from 'kysely';

import type { Database } from '../database/database.ts';
import type { Tables } from '../database/tables.ts';
import { retryConflicts } from '../database/write-conflict.ts';
import { readKnownReports } from '../reading/report-readings.ts';
import { readLateReports, recordLate } from './late-prices.ts';
import type { Lease } from './lease.ts';
import { findListedPeriod, placeMissing, readMissing } from './missing-messages.ts';
import { type PricedMessage, type Pull, shortCommitCount } from './pull.ts';
import { recordSnapshot } from './snapshot.ts';
import { clearStaging, prepareStaging, stageMessages } from './staging.ts';

/** What a pull is opened with. */
export interface OpenPullOptions {
  readonly lease: Lease;
  /** The turns of commits that take long. */
  readonly longCommits: BulkheadPolicy;
  /** Is told when the pull begins and ends to record: meanwhile its transaction holds the account's row. */
  readonly onRecording: (isRecording: boolean) => void;
  readonly release: Pull['release'];
}

/** Opens a pull of the account whose lease is given: nothing is staged of it yet. */
export async function openPull(
  database: Database,
  { lease, longCommits, onRecording, release }: OpenPullOptions,
): Promise<Pull> {
  const { account, pullId } = lease;
  const reports = await prepare(database, account);

  const key = { account, pullId };
  const conflictingIds = new Set<number>();
  let stagedCount = 0;
  let setAsideCount = 0;
  let nextOrdinal = 0;
  const transact = <T>(record: (trx: Kysely<Tables>) => Promise<T>): Promise<T> =>
    retryConflicts(() =>
      database.writes.transaction().execute((trx) => {
        onRecording(true);
        return record(trx).finally(() => {
          onRecording(false);
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
    release,
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
