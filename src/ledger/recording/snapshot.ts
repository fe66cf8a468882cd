import type { Kysely } from 'kysely';

import type { RateCard } from '../../billing/rate-card.ts';
import { type AccountState, changeAccount } from './account-change.ts';
import type { Database } from '../database/database.ts';
import { keepMeasures } from './kept-measures.ts';
import {
  amendChanged,
  insertNew,
  type MergeScope,
  moveChanged,
  removeClosed,
  repriceChanged,
  withdrawMissing,
} from './merge.ts';
import { enterPeriod, setRateCardVersion } from './open-period.ts';
import { assignPositions } from './positions.ts';
import { type PullResult, type ReportReading, type SetAsideMessage, StagingLost } from './pull.ts';
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
  const { account, setAsideCount } = snapshot;
  const recorded = await changeAccount(trx, database, snapshot, async (state) => {
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
    return {
      result: { ...merged, setAside: listSetAside(snapshot, closedIds) },
      changedPeriodIds: merged.changed ? [periodId] : [],
      noted: {
        as_of_ms: snapshot.pulledAtMs,
        // Until the pull ends, nothing says which list this was.
        list_digest: null,
        period_id: periodId,
        set_aside_count: setAsideCount,
      },
    };
  });
  await database.analyzeGrowth(trx, recorded.added);
  return recorded;
}

function listSetAside(
  { conflictingIds }: Snapshot,
  closedIds: readonly number[],
): readonly SetAsideMessage[] {
  return [
    ...conflictingIds.map((id) => ({ id, reason: 'conflicting_duplicate' as const })),
    ...closedIds.map((id) => ({ id, reason: 'closed_period' as const })),
  ];
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
  return { periodId, changed, added, amended, repriced, withdrawn, rolledOver };
}
