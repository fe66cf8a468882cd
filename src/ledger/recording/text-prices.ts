import { type Kysely, sql } from 'kysely';

import { priceText } from '../../billing/charge.ts';
import type { RateCard } from '../../billing/rate-card.ts';
import type { Database } from '../database/database.ts';
import type { PeriodKey } from './open-period.ts';
import type { Tables } from '../database/tables.ts';

/** Texts that are priced at a time: at most so many, and no more once they take so many bytes. */
const batch = { messages: 1_000, bytes: 4 * 1024 * 1024 };

/** The messages of a period that name a report. */
export interface ReportScope extends PeriodKey {
  readonly reportId: number;
}

/**
 * Prices those messages of a report from their texts that have no price, a few at a time: all texts at once could fill
 * the memory. Call it inside a transaction.
 * @returns how many got a price.
 */
export async function priceTexts(
  trx: Kysely<Tables>,
  database: Database,
  { rateCard, ...scope }: ReportScope & { readonly rateCard: RateCard },
): Promise<number> {
  let count = 0;
  let afterPosition = Number.MIN_SAFE_INTEGER;
  for (;;) {
    const sizes = await readTextSizes(trx, scope, afterPosition);
    for (const lastPosition of cutIntoBatches(sizes)) {
      const range: PositionRange = { afterPosition, lastPosition };
      const texts = await unpricedMessages(trx, scope, range).select(['message_id', 'text']).execute();
      const prices = texts.map((row) => ({
        message_id: row.message_id,
        credits: priceText(row.text, rateCard).units,
      }));
      count += await setPrices(trx, database, { ...scope, ...range, prices });
      afterPosition = lastPosition;
    }
    if (sizes.length < batch.messages) return count;
  }
}

/** A part of the messages in the upstream's order: behind the first position, up to the last. */
interface PositionRange {
  readonly afterPosition: number;
  readonly lastPosition: number;
}

interface TextSize {
  readonly position: number;
  /** Of the text in UTF-8. */
  readonly bytes: number;
}

async function readTextSizes(
  trx: Kysely<Tables>,
  scope: ReportScope,
  afterPosition: number,
): Promise<readonly TextSize[]> {
  const all: PositionRange = { afterPosition, lastPosition: Number.MAX_SAFE_INTEGER };
  return unpricedMessages(trx, scope, all)
    .select(['position', sql<number>`octet_length(text)`.as('bytes')])
    .orderBy('position')
    .limit(batch.messages)
    .execute();
}

/** The positions at which batches end that each fit into memory. */
function cutIntoBatches(sizes: readonly TextSize[]): readonly number[] {
  const ends: number[] = [];
  let bytes = 0;
  for (const { position, bytes: own } of sizes) {
    bytes += own;
    if (bytes < batch.bytes) continue;
    ends.push(position);
    bytes = 0;
  }
  const last = sizes.at(-1);
  if (last !== undefined && ends.at(-1) !== last.position) ends.push(last.position);
  return ends;
}

function unpricedMessages(
  trx: Kysely<Tables>,
  { account, periodId, reportId }: ReportScope,
  { afterPosition, lastPosition }: PositionRange,
) {
  return trx
    .selectFrom('messages')
    .where('account_id', '=', account)
    .where('period_id', '=', periodId)
    .where('report_id', '=', reportId)
    .where('position', '>', afterPosition)
    .where('position', '<=', lastPosition)
    .where('credits', 'is', null);
}

interface SomePrices extends ReportScope, PositionRange {
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
    from (select * from ${rowsOf('listed', columns, prices)} limit ${sql.lit(batch.messages)}) as given
    where m.account_id = ${account} and m.period_id = ${periodId} and m.report_id = ${reportId}
      and m.position > ${afterPosition} and m.position <= ${lastPosition}
      and m.message_id = given.message_id and m.credits is null`.execute(trx);
  return Number(result.numAffectedRows ?? 0);
}
