import type { Kysely } from 'kysely';

import type { RateCard } from '../../billing/rate-card.ts';
import { type AccountState, lockAccount } from './account-lock.ts';
import type { Database } from '../database/database.ts';
import { keepMeasures } from './kept-measures.ts';
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
import { enterPeriod, moveStart, setRateCardVersion } from './open-period.ts';
import { assignPositions } from './positions.ts';
import { type PullResult, type ReportReading, StagingLost } from './pull.ts';
import { keepRateCard } from '../reading/rate-cards.ts';
import { keepReadings } from '../reading/report-readings.ts';
import { readStagedSpan, type StagedSpan, type StagingKey } from './staging.ts';
import type { Tables } from '../database/tables.ts';

/** A staged snapshot with all that is needed to record it. */
export interface Snapshot extends StagingKey {
  readonly pulledAtMs: number;
  readonly rateCard: RateCard;
  /** Readings that this pull made. */
  readonly readings: readonly ReportReading[];
  /** Readings of the open period that this pull priced with. */
  readonly knownReports: ReadonlyMap<number, ReportReading>;
  /** How many rows of the list could not be read. */
  readonly setAsideCount: number;
  /** How many messages were staged. */
  readonly stagedCount: number;
  /** Ids whose later copies in the snapshot said something else. */
  readonly conflictingIds: readonly number[];
}

/**
 * Records a staged snapshot: the ledger's rules of `design.md`, in order. Call it inside a transaction.
 * @throws SnapshotRefused, LeaseLost, StagingLost or RateCardConflict.
 */
export async function recordSnapshot(
  trx: Kysely<Tables>,
  database: Database,
  snapshot: Snapshot,
): Promise<PullResult> {
  const { account, pulledAtMs } = snapshot;
  await database.prepareMerge(trx);
  const state = await lockAccount(trx, database, snapshot);
  const closedIds = await removeClosed(trx, snapshot, state.periodId);
  const staged = await readStagedSpan(trx, snapshot, state.periodId);
  const foundCount = staged.count + closedIds.length;
  if (foundCount !== snapshot.stagedCount) {
    throw new StagingLost({ account, stagedCount: snapshot.stagedCount, foundCount });
  }
  const { periodId, ...merged } =
    state.periodId !== null && foundCount === 0
      ? { ...unchanged, periodId: state.periodId }
      : await mergeSnapshot(trx, database, { snapshot, staged, state });

  const revision = merged.changed ? state.revision + 1 : state.revision;
  const { setAsideCount } = snapshot;
  await touchAccount(trx, account, { pulledAtMs, revision, periodId, setAsideCount });
  await database.analyzeGrowth(trx, merged.added);
  const conflicting = snapshot.conflictingIds.map((id) => ({ id, reason: 'conflicting_duplicate' }) as const);
  const closed = closedIds.map((id) => ({ id, reason: 'closed_period' }) as const);
  return { ...merged, revision, setAside: [...conflicting, ...closed] };
}

/** What a snapshot did to the period that took it in. */
interface MergeResult extends Omit<PullResult, 'revision' | 'setAside'> {
  readonly periodId: number;
}

const unchanged = {
  changed: false,
  added: 0,
  amended: 0,
  repriced: 0,
  withdrawn: 0,
  rolledOver: false,
} as const satisfies Omit<MergeResult, 'periodId'>;

async function mergeSnapshot(
  trx: Kysely<Tables>,
  database: Database,
  {
    snapshot,
    staged,
    state,
  }: { readonly snapshot: Snapshot; readonly staged: StagedSpan; readonly state: AccountState },
): Promise<MergeResult> {
  const { account, pullId, pulledAtMs, rateCard, knownReports } = snapshot;
  const { periodId, isNew, rolledOver } = await enterPeriod(trx, {
    account,
    openPeriodId: state.periodId,
    staged,
    pulledAtMs,
    rateCardVersion: rateCard.version,
  });
  await keepRateCard(trx, account, rateCard);

  const scope: MergeScope = { account, pullId, periodId, revision: state.revision + 1 };
  await assignPositions(trx, scope);
  if (!isNew) await keepMeasures(trx, database, scope, rateCard);
  const amended = await amendChanged(trx, scope);
  const repriced = await repriceChanged(trx, scope);
  const moved = await moveChanged(trx, scope);
  const added = await insertNew(trx, scope);
  const withdrawn = await withdrawMissing(trx, scope);
  const readings = isNew ? [...knownReports.values(), ...snapshot.readings] : snapshot.readings;
  await keepReadings(trx, database, scope, readings);
  const cardChanged = await setRateCardVersion(trx, scope, rateCard.version);

  const changed = isNew || cardChanged || amended + repriced + moved + added + withdrawn > 0;
  if (changed) {
    await rebuildSums(trx, scope);
    await moveStart(trx, scope);
  }
  return { periodId, changed, added, amended, repriced, withdrawn, rolledOver };
}

async function touchAccount(
  trx: Kysely<Tables>,
  account: string,
  next: {
    readonly pulledAtMs: number;
    readonly revision: number;
    readonly periodId: number;
    readonly setAsideCount: number;
  },
): Promise<void> {
  await trx
    .updateTable('accounts')
    .set({
      as_of_ms: next.pulledAtMs,
      // Until the pull ends, nothing says which list this was.
      list_digest: null,
      revision: next.revision,
      period_id: next.periodId,
      set_aside_count: next.setAsideCount,
    })
    .where('account_id', '=', account)
    .execute();
}
