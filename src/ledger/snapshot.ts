import { type Kysely, sql } from 'kysely';

import type { RateCard } from '../billing/rate-card.ts';
import type { Database } from './database.ts';
import {
  amendChanged,
  insertNew,
  type MergeScope,
  moveChanged,
  rebuildSums,
  removeClosed,
  repriceChanged,
  withdrawMissing,
} from './merge.ts';
import { assignPositions } from './positions.ts';
import { LeaseLost, type PullResult, type ReportReading, SnapshotConflict, StagingLost } from './pull.ts';
import { keepRateCard } from './rate-cards.ts';
import type { StagingKey } from './staging.ts';
import type { Tables } from './tables.ts';

/** A staged snapshot with all that is needed to record it. */
export interface Snapshot extends StagingKey {
  readonly pulledAtMs: number;
  readonly rateCard: RateCard;
  /** Readings that this pull made. */
  readonly readings: readonly ReportReading[];
  /** Readings of the open period that this pull priced with. */
  readonly knownReports: ReadonlyMap<number, ReportReading>;
  /** How many messages were staged. */
  readonly stagedCount: number;
  /** Ids whose later copies in the snapshot said something else. */
  readonly conflictingIds: readonly number[];
}

/**
 * Records a staged snapshot: the ledger's rules of `design.md`, in order. Call it inside a transaction.
 * @throws SnapshotConflict, LeaseLost, StagingLost or RateCardConflict.
 */
export async function recordSnapshot(
  trx: Kysely<Tables>,
  database: Database,
  snapshot: Snapshot,
): Promise<PullResult> {
  const { account, pullId, pulledAtMs, rateCard } = snapshot;
  await database.prepareMerge(trx);
  const state = await lockAccount(trx, database, snapshot);
  const revision = state.revision + 1;
  const setAside: PullResult['setAside'] = snapshot.conflictingIds.map(
    (id) => ({ id, reason: 'conflicting_duplicate' }) as const,
  );

  const open = state.periodId === null ? null : await readOpenPeriod(trx, snapshot, state.periodId);
  const staged = await readStagedSpan(trx, snapshot, open?.periodId ?? null);
  if (staged.count !== snapshot.stagedCount) {
    throw new StagingLost({ account, stagedCount: snapshot.stagedCount, foundCount: staged.count });
  }
  if (open !== null && staged.count === 0) {
    await touchAccount(trx, account, { pulledAtMs, revision: state.revision, periodId: open.periodId });
    return { ...unchanged, revision: state.revision, setAside };
  }

  const rolledOver = open !== null && open.lastMs !== null && !staged.sharesOpen;
  if (open !== null && rolledOver) {
    if (staged.firstMs === null || open.lastMs === null || staged.firstMs <= open.lastMs) {
      throw new SnapshotConflict({ account, openPeriodId: open.periodId });
    }
    await closePeriod(trx, account, open.periodId, staged.firstMs);
  }

  const isNew = open === null || rolledOver;
  const periodId = open === null ? 1 : rolledOver ? open.periodId + 1 : open.periodId;
  if (isNew) await openPeriod(trx, snapshot, periodId, staged.firstMs ?? pulledAtMs);
  await keepRateCard(trx, account, rateCard);

  const scope: MergeScope = { account, pullId, periodId, revision };
  const closed = await removeClosed(trx, scope);
  await assignPositions(trx, scope);
  const amended = await amendChanged(trx, scope);
  const repriced = await repriceChanged(trx, scope);
  const moved = await moveChanged(trx, scope);
  const added = await insertNew(trx, scope);
  const withdrawn = await withdrawMissing(trx, scope);
  const readings = isNew ? [...snapshot.knownReports.values(), ...snapshot.readings] : snapshot.readings;
  await keepReadings(trx, database, scope, readings);
  const cardChanged = await setRateCardVersion(trx, scope, rateCard.version);

  const changed = isNew || cardChanged || amended + repriced + moved + added + withdrawn > 0;
  if (changed) {
    await rebuildSums(trx, scope);
    await moveStart(trx, scope);
  }
  await touchAccount(trx, account, { pulledAtMs, revision: changed ? revision : state.revision, periodId });
  return {
    changed,
    revision: changed ? revision : state.revision,
    added,
    amended,
    repriced,
    withdrawn,
    rolledOver,
    setAside: [...setAside, ...closed.map((id) => ({ id, reason: 'closed_period' }) as const)],
  };
}

const unchanged = {
  changed: false,
  added: 0,
  amended: 0,
  repriced: 0,
  withdrawn: 0,
  rolledOver: false,
} as const;

async function lockAccount(
  trx: Kysely<Tables>,
  { forUpdate }: Database,
  { account, pullId }: StagingKey,
): Promise<{ readonly revision: number; readonly periodId: number | null }> {
  const locked = await sql<{ revision: number; period_id: number | null; lease_owner: string | null }>`
    select revision, period_id, lease_owner from accounts where account_id = ${account} ${forUpdate}`.execute(
    trx,
  );
  const row = locked.rows[0];
  if (row === undefined || row.lease_owner !== pullId) throw new LeaseLost({ account });
  return { revision: row.revision, periodId: row.period_id };
}

async function readOpenPeriod(
  trx: Kysely<Tables>,
  { account, pulledAtMs }: Snapshot,
  periodId: number,
): Promise<{ readonly periodId: number; readonly lastMs: number | null }> {
  // A message dated in the future says nothing of where the period ends: nothing would lie after it for years.
  const last = await sql<{ last_ms: number | null }>`
    select coalesce(max(case when timestamp_ms <= ${pulledAtMs} then timestamp_ms end), max(timestamp_ms)) as last_ms
    from messages where account_id = ${account} and period_id = ${periodId}`.execute(trx);
  return { periodId, lastMs: last.rows[0]?.last_ms ?? null };
}

async function readStagedSpan(
  trx: Kysely<Tables>,
  { account, pullId }: StagingKey,
  openPeriodId: number | null,
): Promise<{ readonly count: number; readonly firstMs: number | null; readonly sharesOpen: boolean }> {
  const span = await sql<{ count: number; first_ms: number | null; shared: number }>`
    select cast(count(*) as bigint) as count, min(timestamp_ms) as first_ms,
      cast(case when exists (
        select 1 from staged_messages s
        join messages m on m.account_id = s.account_id and m.message_id = s.message_id
        where s.account_id = ${account} and s.pull_id = ${pullId}
          and m.period_id = cast(${openPeriodId} as bigint)
      ) then 1 else 0 end as bigint) as shared
    from staged_messages where account_id = ${account} and pull_id = ${pullId}`.execute(trx);
  const row = span.rows[0];
  return { count: row?.count ?? 0, firstMs: row?.first_ms ?? null, sharesOpen: row?.shared === 1 };
}

async function closePeriod(
  trx: Kysely<Tables>,
  account: string,
  periodId: number,
  toMs: number,
): Promise<void> {
  await trx
    .updateTable('periods')
    .set({ to_ms: toMs })
    .where('account_id', '=', account)
    .where('period_id', '=', periodId)
    .execute();
}

async function openPeriod(
  trx: Kysely<Tables>,
  { account, rateCard }: Snapshot,
  periodId: number,
  fromMs: number,
): Promise<void> {
  await trx
    .insertInto('periods')
    .values({
      account_id: account,
      period_id: periodId,
      from_ms: fromMs,
      to_ms: null,
      first_message_ms: null,
      last_message_ms: null,
      rate_card_version: rateCard.version,
      credits: 0,
      message_count: 0,
      unpriced_count: 0,
    })
    .execute();
}

async function setRateCardVersion(
  trx: Kysely<Tables>,
  { account, periodId }: MergeScope,
  version: string,
): Promise<boolean> {
  const result = await trx
    .updateTable('periods')
    .set({ rate_card_version: version })
    .where('account_id', '=', account)
    .where('period_id', '=', periodId)
    .where('rate_card_version', '<>', version)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

async function keepReadings(
  trx: Kysely<Tables>,
  { rowsOf }: Database,
  { account, periodId }: MergeScope,
  readings: readonly ReportReading[],
): Promise<void> {
  if (readings.length === 0) return;
  // By id, so that the last reading of a report wins and rows are always written in one order.
  const byId = new Map(readings.map((reading) => [reading.reportId, reading]));
  const rows = [...byId.values()]
    .toSorted((a, b) => a.reportId - b.reportId)
    .map((reading) => ({
      report_id: reading.reportId,
      status: reading.status,
      name: reading.status === 'found' ? reading.report.name : null,
      credit_cost: reading.status === 'found' ? reading.report.creditCost.units : null,
      read_at_ms: reading.readAtMs,
    }));
  const columns = {
    report_id: 'bigint',
    status: 'text',
    name: 'text',
    credit_cost: 'bigint',
    read_at_ms: 'bigint',
  } as const;
  const names = sql.raw(Object.keys(columns).join(', '));
  await sql`
    insert into reports (account_id, period_id, ${names})
    select ${account}, cast(${periodId} as bigint), ${names} from ${rowsOf('given', columns, rows)} where true
    on conflict (account_id, period_id, report_id) do update
    set status = excluded.status, name = excluded.name, credit_cost = excluded.credit_cost,
      read_at_ms = excluded.read_at_ms`.execute(trx);
}

/** A period begins with its first message, but never before its predecessor's end. */
async function moveStart(trx: Kysely<Tables>, { account, periodId }: MergeScope): Promise<void> {
  const before = sql`(select to_ms from periods where account_id = ${account} and period_id = ${periodId - 1})`;
  await sql`
    update periods set from_ms = coalesce(${before}, first_message_ms, from_ms)
    where account_id = ${account} and period_id = ${periodId}`.execute(trx);
}

async function touchAccount(
  trx: Kysely<Tables>,
  account: string,
  next: { readonly pulledAtMs: number; readonly revision: number; readonly periodId: number },
): Promise<void> {
  await trx
    .updateTable('accounts')
    .set({
      // Instances have clocks of their own: what was said of the time stands.
      as_of_ms: sql`case when as_of_ms > ${next.pulledAtMs} then as_of_ms else ${next.pulledAtMs} end`,
      revision: next.revision,
      period_id: next.periodId,
    })
    .where('account_id', '=', account)
    .execute();
}
