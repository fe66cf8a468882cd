import { randomUUID } from 'node:crypto';

import { Credits } from '../billing/credits.ts';
import type { Database } from './database.ts';
import type { Pull, ReportReading } from './pull.ts';
import { recordSnapshot } from './snapshot.ts';
import { clearStaging, stageMessages } from './staging.ts';

/** How long an instance owns an account's pulls without a sign of life. */
const leaseMs = 12_000;
const renewMs = 3_000;

/**
 * Begins a pull of one account.
 * @returns null when another instance is pulling this account right now.
 */
export async function openPull(
  database: Database,
  { account, now }: { readonly account: string; readonly now: () => Date },
): Promise<Pull | null> {
  const pullId = randomUUID();
  if (!(await takeLease(database, { account, pullId, nowMs: now().getTime() }))) return null;
  await clearStaging(database, { account });
  const knownReports = await readKnownReports(database, account);

  const conflictingIds = new Set<number>();
  let stagedCount = 0;
  let released = false;
  let renewed: Promise<unknown> = Promise.resolve();
  const renewal = setInterval(() => {
    // A renewal that fails shows when the pull commits: the lease is checked there, in the transaction.
    renewed = takeLease(database, { account, pullId, nowMs: now().getTime() }).catch(() => {});
  }, renewMs);
  renewal.unref();

  return {
    knownReports,
    async stage(messages) {
      const firstOrdinal = stagedCount;
      stagedCount += messages.length;
      const conflicting = await stageMessages(database, { account, pullId }, messages, firstOrdinal);
      for (const id of conflicting) conflictingIds.add(id);
    },
    commit: ({ pulledAtMs, rateCard, readings }) =>
      database.writes.transaction().execute((trx) =>
        recordSnapshot(trx, database, {
          account,
          pullId,
          pulledAtMs,
          rateCard,
          readings,
          knownReports,
          conflictingIds: [...conflictingIds],
        }),
      ),
    async release() {
      if (released) return;
      released = true;
      clearInterval(renewal);
      // One under way could take the lease again after it was given back.
      await renewed;
      await clearStaging(database, { account, pullId });
      await database.writes
        .updateTable('accounts')
        .set({ lease_owner: null, lease_until_ms: 0 })
        .where('account_id', '=', account)
        .where('lease_owner', '=', pullId)
        .execute();
    },
  };
}

async function takeLease(
  { writes }: Database,
  { account, pullId, nowMs }: { readonly account: string; readonly pullId: string; readonly nowMs: number },
): Promise<boolean> {
  const taken = await writes
    .insertInto('accounts')
    .values({
      account_id: account,
      revision: 0,
      period_id: null,
      as_of_ms: null,
      asked_at_ms: nowMs,
      lease_owner: pullId,
      lease_until_ms: nowMs + leaseMs,
    })
    .onConflict((conflict) =>
      conflict
        .column('account_id')
        .doUpdateSet({ lease_owner: pullId, lease_until_ms: nowMs + leaseMs })
        .where((eb) =>
          eb.or([
            eb('accounts.lease_owner', 'is', null),
            eb('accounts.lease_owner', '=', pullId),
            eb('accounts.lease_until_ms', '<', nowMs),
          ]),
        ),
    )
    .returning('account_id')
    .executeTakeFirst();
  return taken !== undefined;
}

async function readKnownReports(
  { writes }: Database,
  account: string,
): Promise<ReadonlyMap<number, ReportReading>> {
  const rows = await writes
    .selectFrom('reports')
    .innerJoin('accounts', (join) =>
      join
        .onRef('accounts.account_id', '=', 'reports.account_id')
        .onRef('accounts.period_id', '=', 'reports.period_id'),
    )
    .where('reports.account_id', '=', account)
    .select(['report_id', 'status', 'name', 'credit_cost', 'read_at_ms'])
    .execute();
  return new Map(rows.map((row) => [row.report_id, toReading(row)]));
}

/** A stored reading as the domain knows it. */
export function toReading(row: {
  readonly report_id: number;
  readonly status: ReportReading['status'];
  readonly name: string | null;
  readonly credit_cost: number | null;
  readonly read_at_ms: number;
}): ReportReading {
  const { report_id: reportId, read_at_ms: readAtMs, status, name, credit_cost: cost } = row;
  if (status === 'found' && name !== null && cost !== null) {
    return {
      reportId,
      readAtMs,
      status,
      report: { id: reportId, name, creditCost: Credits.fromUnits(cost) },
    };
  }
  return { reportId, readAtMs, status: status === 'found' ? 'unread' : status };
}
