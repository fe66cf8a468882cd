import { type Kysely, sql } from 'kysely';

import { findPriceSource } from '../../billing/price.ts';
import type { Report } from '../../billing/report.ts';
import { changeAccount } from './account-change.ts';
import type { Database } from '../database/database.ts';
import { nameKey } from '../keys/name-key.ts';
import { priceByMeasure } from './measured-prices.ts';
import type { PeriodKey } from './open-period.ts';
import type { LateReading, LateReport, LateResult } from './pull.ts';
import { readStoredCard, type StoredCard } from '../reading/rate-cards.ts';
import { toReadingRow } from '../reading/report-readings.ts';
import type { StagingKey } from './staging.ts';
import type { Tables } from '../database/tables.ts';

// The open period's reports come first, and one pull is not to take long over old ones; the others get their turn.
const maxReports = 100;

/** The reports that closed periods still wait for, the one tried the longest ago first; at most a hundred. */
export async function readLateReports({ writes }: Database, account: string): Promise<readonly LateReport[]> {
  const periods = await writes
    .selectFrom('periods')
    .where('account_id', '=', account)
    .where('to_ms', 'is not', null)
    .where('unpriced_count', '>', 0)
    .select('period_id')
    .execute();
  if (periods.length === 0) return [];
  const ids = periods.map((row) => row.period_id);
  // A report may have been read for messages that were withdrawn since. One message is enough to know: as an "exists",
  // PostgreSQL would join all messages of the account.
  const rows = await sql<{ period_id: number; report_id: number; read_at_ms: number }>`
    select period_id, report_id, read_at_ms from reports r
    where account_id = ${account} and period_id in (${sql.join(ids)}) and status = 'unread' and (
      select message_id from messages m
      where m.account_id = r.account_id and m.period_id = r.period_id and m.report_id = r.report_id
        and m.credits is null
      order by m.position limit 1) is not null
    order by read_at_ms, period_id, report_id limit ${sql.lit(maxReports)}`.execute(writes);
  return rows.rows.map((row) => ({
    periodId: row.period_id,
    reportId: row.report_id,
    readAtMs: row.read_at_ms,
  }));
}

/**
 * Records what reports said for which closed periods waited: their messages are priced by it, or by their measures and
 * the closed period's own card. What has a price keeps it, and a report that was read before stays as it was. Call it inside
 * a transaction.
 * @throws LeaseLost, or what says that a message cannot be priced: a RangeError, InvalidRateCard for a card of long ago.
 */
export async function recordLate(
  trx: Kysely<Tables>,
  database: Database,
  { account, pullId, readings }: StagingKey & { readonly readings: readonly LateReading[] },
): Promise<LateResult> {
  return changeAccount(trx, database, { account, pullId }, async () => {
    const changedPeriodIds: number[] = [];
    let pricedLate = 0;
    for (const [periodId, ofPeriod] of Map.groupBy(readings, (reading) => reading.periodId)) {
      const count = await pricePeriod(trx, database, { account, periodId }, ofPeriod);
      if (count > 0) changedPeriodIds.push(periodId);
      pricedLate += count;
    }
    return { result: { pricedLate }, changedPeriodIds };
  });
}

async function pricePeriod(
  trx: Kysely<Tables>,
  database: Database,
  period: PeriodKey,
  readings: readonly LateReading[],
): Promise<number> {
  const card = await readClosedCard(trx, period);
  if (card === null) return 0;
  let count = 0;
  for (const reading of readings) {
    if (!(await keepLateReading(trx, period, reading))) continue;
    count += await priceMessages(trx, database, { period, card, reading });
  }
  return count;
}

/** The card of a period as it is stored; null unless that is closed. */
async function readClosedCard(
  trx: Kysely<Tables>,
  { account, periodId }: PeriodKey,
): Promise<StoredCard | null> {
  const row = await trx
    .selectFrom('periods as p')
    .innerJoin('rate_cards as c', (join) =>
      join.onRef('c.account_id', '=', 'p.account_id').onRef('c.version', '=', 'p.rate_card_version'),
    )
    .where('p.account_id', '=', account)
    .where('c.account_id', '=', account)
    .where('p.period_id', '=', periodId)
    .where('p.to_ms', 'is not', null)
    .select(['c.format', 'c.card'])
    .executeTakeFirst();
  return row ?? null;
}

/** Takes the place of a reading without an answer, and of no other. @returns whether it did. */
async function keepLateReading(
  trx: Kysely<Tables>,
  { account, periodId }: PeriodKey,
  reading: LateReading,
): Promise<boolean> {
  const { report_id: reportId, ...row } = toReadingRow(reading);
  const result = await trx
    .updateTable('reports')
    .set(row)
    .where('account_id', '=', account)
    .where('period_id', '=', periodId)
    .where('report_id', '=', reportId)
    .where('status', '=', 'unread')
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

async function priceMessages(
  trx: Kysely<Tables>,
  database: Database,
  {
    period,
    card,
    reading,
  }: { readonly period: PeriodKey; readonly card: StoredCard; readonly reading: LateReading },
): Promise<number> {
  const source = findPriceSource(reading);
  if (source === null) return 0;
  if (source.kind === 'REPORT') return priceByReport(trx, period, source.report);
  const { reportId } = reading;
  return priceByMeasure(trx, database, {
    ...period,
    reportId,
    answer: reading,
    rateCard: readStoredCard(card),
  });
}

async function priceByReport(
  trx: Kysely<Tables>,
  { account, periodId }: PeriodKey,
  { id, name, creditCost }: Report,
): Promise<number> {
  const result = await trx
    .updateTable('messages')
    .set({ credits: creditCost.units, report_name: name, report_name_key: nameKey(name) })
    .where('account_id', '=', account)
    .where('period_id', '=', periodId)
    .where('report_id', '=', id)
    .where('credits', 'is', null)
    .executeTakeFirst();
  return Number(result.numUpdatedRows);
}
