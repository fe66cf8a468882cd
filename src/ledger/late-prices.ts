import { type Kysely, sql } from 'kysely';

import type { RateCard } from '../billing/rate-card.ts';
import type { Report } from '../billing/report.ts';
import type { Database } from './database.ts';
import { rebuildSums } from './merge.ts';
import type { PeriodKey } from './open-period.ts';
import type { LateReading, LateReport } from './pull.ts';
import { parseRateCard } from './rate-cards.ts';
import { toReadingRow } from './report-readings.ts';
import type { Tables } from './tables.ts';
import { priceTexts } from './text-prices.ts';

// The open period's reports come first, and one pull is not to take long over old ones; the others get their turn.
const mostReports = 100;

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
    order by read_at_ms, period_id, report_id limit ${sql.lit(mostReports)}`.execute(writes);
  return rows.rows.map((row) => ({
    periodId: row.period_id,
    reportId: row.report_id,
    readAtMs: row.read_at_ms,
  }));
}

/**
 * Prices messages of closed periods whose reports answered at last, by what these say, or by their texts and the closed
 * period's own card. What has a price keeps it, and a report that was read before stays as it was. Call it inside a
 * transaction.
 * @returns how many messages got a price.
 */
export async function priceLate(
  trx: Kysely<Tables>,
  database: Database,
  account: string,
  readings: readonly LateReading[],
): Promise<number> {
  let count = 0;
  for (const [periodId, ofPeriod] of Map.groupBy(readings, (reading) => reading.periodId)) {
    const period: PeriodKey = { account, periodId };
    const rateCard = await readClosedRateCard(trx, period);
    if (rateCard === null) continue;
    let countOfPeriod = 0;
    for (const reading of ofPeriod) {
      if (!(await keepLateReading(trx, period, reading))) continue;
      countOfPeriod += await priceMessages(trx, database, { period, rateCard, reading });
    }
    if (countOfPeriod > 0) await rebuildSums(trx, period);
    count += countOfPeriod;
  }
  return count;
}

/** The card of a period; null unless that is closed. */
async function readClosedRateCard(
  trx: Kysely<Tables>,
  { account, periodId }: PeriodKey,
): Promise<RateCard | null> {
  const row = await trx
    .selectFrom('periods as p')
    .innerJoin('rate_cards as c', (join) =>
      join.onRef('c.account_id', '=', 'p.account_id').onRef('c.version', '=', 'p.rate_card_version'),
    )
    .where('p.account_id', '=', account)
    .where('c.account_id', '=', account)
    .where('p.period_id', '=', periodId)
    .where('p.to_ms', 'is not', null)
    .select('c.card')
    .executeTakeFirst();
  return row === undefined ? null : parseRateCard(row.card);
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
    rateCard,
    reading,
  }: { readonly period: PeriodKey; readonly rateCard: RateCard; readonly reading: LateReading },
): Promise<number> {
  switch (reading.status) {
    case 'found':
      return priceByReport(trx, period, reading.report);
    case 'missing':
      return priceTexts(trx, database, { ...period, reportId: reading.reportId, rateCard });
    case 'unread':
      return 0;
  }
}

async function priceByReport(
  trx: Kysely<Tables>,
  { account, periodId }: PeriodKey,
  { id, name, creditCost }: Report,
): Promise<number> {
  const result = await trx
    .updateTable('messages')
    .set({ credits: creditCost.units, report_name: name })
    .where('account_id', '=', account)
    .where('period_id', '=', periodId)
    .where('report_id', '=', id)
    .where('credits', 'is', null)
    .executeTakeFirst();
  return Number(result.numUpdatedRows);
}
