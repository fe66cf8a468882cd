import { type Kysely, sql } from 'kysely';

import { SnapshotConflict } from './snapshot-refused.ts';
import type { StagedSpan } from './staging.ts';
import type { Tables } from '../database/tables.ts';

/** Names a period of an account. */
export interface PeriodKey {
  readonly account: string;
  readonly periodId: number;
}

/** The period that takes a snapshot in. */
export interface EnteredPeriod {
  readonly periodId: number;
  /** Whether the snapshot opened it. */
  readonly isNew: boolean;
  /** Whether it closed another for it. */
  readonly rolledOver: boolean;
}

/**
 * Finds the period of a staged snapshot: the open one when they share a message, or that has none; else a snapshot whose
 * last message is later than that period's last closes it, and opens the next.
 * @throws SnapshotConflict when it fits neither.
 */
export async function enterPeriod(
  trx: Kysely<Tables>,
  snapshot: {
    readonly account: string;
    /** Null before the account's first period. */
    readonly openPeriodId: number | null;
    readonly staged: StagedSpan;
    readonly pulledAtMs: number;
    readonly rateCardVersion: string;
  },
): Promise<EnteredPeriod> {
  const { account, openPeriodId, staged, pulledAtMs } = snapshot;
  const opening = { fromMs: staged.firstMs ?? pulledAtMs, rateCardVersion: snapshot.rateCardVersion };
  if (openPeriodId === null) {
    await openPeriod(trx, { account, periodId: 1 }, opening);
    return { periodId: 1, isNew: true, rolledOver: false };
  }

  const open: PeriodKey = { account, periodId: openPeriodId };
  const lastMs = await readLastMs(trx, open, pulledAtMs);
  if (lastMs === null || staged.sharesOpen) {
    return { periodId: openPeriodId, isNew: false, rolledOver: false };
  }
  if (staged.firstMs === null || staged.lastMs === null || staged.lastMs <= lastMs) {
    throw new SnapshotConflict({ account, openPeriodId });
  }
  const boundMs = await closePeriod(trx, open, staged.firstMs);
  const next: PeriodKey = { account, periodId: openPeriodId + 1 };
  await openPeriod(trx, next, { ...opening, fromMs: boundMs });
  return { periodId: next.periodId, isNew: true, rolledOver: true };
}

/** Notes the card that prices the period from now on. @returns whether it was another before. */
export async function setRateCardVersion(
  trx: Kysely<Tables>,
  { account, periodId }: PeriodKey,
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

/** An open period begins with its first message, but never before its predecessor's end. */
export async function moveStart(trx: Kysely<Tables>, { account, periodId }: PeriodKey): Promise<void> {
  const before = sql`(select to_ms from periods where account_id = ${account} and period_id = ${periodId - 1})`;
  await sql`
    update periods set from_ms = coalesce(${before}, first_message_ms, from_ms)
    where account_id = ${account} and period_id = ${periodId} and to_ms is null`.execute(trx);
}

async function readLastMs(
  trx: Kysely<Tables>,
  { account, periodId }: PeriodKey,
  pulledAtMs: number,
): Promise<number | null> {
  // A message dated in the future says nothing of where the period ends: nothing would lie after it for years.
  const last = await sql<{ last_ms: number | null }>`
    select coalesce(max(case when timestamp_ms <= ${pulledAtMs} then timestamp_ms end), max(timestamp_ms)) as last_ms
    from messages where account_id = ${account} and period_id = ${periodId}`.execute(trx);
  return last.rows[0]?.last_ms ?? null;
}

/** Ends a period at the next one's first message, but not before its own begin. @returns where that is */
async function closePeriod(
  trx: Kysely<Tables>,
  { account, periodId }: PeriodKey,
  nextFirstMs: number,
): Promise<number> {
  const closed = await trx
    .updateTable('periods')
    .set({ to_ms: sql`case when from_ms > ${nextFirstMs} then from_ms else ${nextFirstMs} end` })
    .where('account_id', '=', account)
    .where('period_id', '=', periodId)
    .returning('to_ms')
    .executeTakeFirst();
  return closed?.to_ms ?? nextFirstMs;
}

async function openPeriod(
  trx: Kysely<Tables>,
  { account, periodId }: PeriodKey,
  { fromMs, rateCardVersion }: { readonly fromMs: number; readonly rateCardVersion: string },
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
      rate_card_version: rateCardVersion,
      credits: 0,
      message_count: 0,
      unpriced_count: 0,
    })
    .execute();
}
