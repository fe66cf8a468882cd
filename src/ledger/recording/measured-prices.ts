import { type Kysely, sql } from 'kysely';

import { priceMessage } from '../../billing/price.ts';
import type { RateCard } from '../../billing/rate-card.ts';
import type { ReportAnswer } from '../../billing/report.ts';
import type { Database } from '../database/database.ts';
import { measureColumnNames, toMeasure } from '../database/message-columns.ts';
import type { PeriodKey } from './open-period.ts';
import type { Tables } from '../database/tables.ts';

const batchSize = 1_000;

/** The messages of a period that name a report. */
export interface ReportScope extends PeriodKey {
  readonly reportId: number;
}

/**
 * Prices those messages of a report that have no price from their measures, some at a time. Call it inside a
 * transaction.
 * @returns how many got a price.
 */
export async function priceByMeasure(
  trx: Kysely<Tables>,
  database: Database,
  {
    answer,
    rateCard,
    ...scope
  }: ReportScope & { readonly answer: ReportAnswer; readonly rateCard: RateCard },
): Promise<number> {
  let count = 0;
  let afterPosition = Number.MIN_SAFE_INTEGER;
  for (;;) {
    const rows = await trx
      .selectFrom('messages')
      .where('account_id', '=', scope.account)
      .where('period_id', '=', scope.periodId)
      .where('report_id', '=', scope.reportId)
      .where('position', '>', afterPosition)
      .where('credits', 'is', null)
      .select(['message_id', 'position', ...measureColumnNames])
      .orderBy('position')
      .limit(batchSize)
      .execute();
    const last = rows.at(-1);
    if (last === undefined) return count;
    const prices = rows.map((row) => ({
      message_id: row.message_id,
      credits: priceMessage(toMeasure(row), answer, rateCard)?.units ?? null,
    }));
    count += await setPrices(trx, database, {
      ...scope,
      afterPosition,
      lastPosition: last.position,
      prices,
    });
    if (rows.length < batchSize) return count;
    afterPosition = last.position;
  }
}

interface SomePrices extends ReportScope {
  /** Of the messages before the first of them, in the upstream's order. */
  readonly afterPosition: number;
  readonly lastPosition: number;
  readonly prices: readonly Pick<Tables['messages'], 'message_id' | 'credits'>[];
}

async function setPrices(
  trx: Kysely<Tables>,
  { rowsOf }: Database,
  { account, periodId, reportId, afterPosition, lastPosition, prices }: SomePrices,
): Promise<number> {
  const columns = { message_id: 'bigint', credits: 'bigint' } as const;
  // The range of positions keeps PostgreSQL, which joins whole sets here, from going through all messages each time;
  // the limit makes SQLite keep the list with an index, rather than read it anew for each message.
  const result = await sql`
    update messages as m set credits = given.credits
    from (select * from ${rowsOf('listed', columns, prices)} limit ${sql.lit(batchSize)}) as given
    where m.account_id = ${account} and m.period_id = ${periodId} and m.report_id = ${reportId}
      and m.position > ${afterPosition} and m.position <= ${lastPosition}
      and m.message_id = given.message_id and m.credits is null`.execute(trx);
  return Number(result.numAffectedRows ?? 0);
}
