import { type Kysely, type RawBuilder, sql } from 'kysely';

import { priceMessage } from '../../billing/price.ts';
import type { RateCard } from '../../billing/rate-card.ts';
import type { Database } from '../database/database.ts';
import {
  type MeasureRow,
  measureColumnNames,
  measureColumns,
  toMeasure,
} from '../database/message-columns.ts';
import type { MergeScope } from './merge.ts';
import type { Tables } from '../database/tables.ts';

const batchSize = 1_000;

/**
 * A text that was measured once is not measured anew: where another measuring code staged other counts of the same text,
 * the recorded ones take their place, and the price is worked out from these.
 */
export async function keepMeasures(
  trx: Kysely<Tables>,
  database: Database,
  scope: MergeScope,
  rateCard: RateCard,
): Promise<void> {
  let afterId = Number.MIN_SAFE_INTEGER;
  for (;;) {
    const rows = await readMeasuredOtherwise(trx, scope, afterId);
    const last = rows.at(-1);
    if (last === undefined) return;
    const kept = rows.map(({ is_priced_from_text: isPricedFromText, ...row }) => ({
      ...row,
      text_credits:
        isPricedFromText === 1 ? (priceMessage(toMeasure(row), null, rateCard)?.units ?? null) : null,
    }));
    await setMeasures(trx, database, scope, kept);
    if (rows.length < batchSize) return;
    afterId = last.message_id;
  }
}

interface KeptMeasure extends MeasureRow {
  message_id: number;
  measure_version: string;
}

async function readMeasuredOtherwise(
  trx: Kysely<Tables>,
  { account, pullId, periodId }: MergeScope,
  afterId: number,
): Promise<readonly (KeptMeasure & { is_priced_from_text: number })[]> {
  const result = await sql<KeptMeasure & { is_priced_from_text: number }>`
    select m.message_id, m.measure_version, ${countsOf('m')},
      case when s.credits is not null and s.report_name is null then 1 else 0 end as is_priced_from_text
    from staged_messages s
    join messages m on m.account_id = s.account_id and m.message_id = s.message_id
    where s.account_id = ${account} and s.pull_id = ${pullId} and s.message_id > ${afterId}
      and m.account_id = ${account} and m.period_id = ${periodId}
      and (${countsOf('m')}) <> (${countsOf('s')}) and m.text = s.text
    order by s.message_id limit ${sql.lit(batchSize)}`.execute(trx);
  return result.rows;
}

function countsOf(table: string): RawBuilder<unknown> {
  return sql.raw(measureColumnNames.map((name) => `${table}.${name}`).join(', '));
}

async function setMeasures(
  trx: Kysely<Tables>,
  { rowsOf }: Database,
  { account, pullId }: MergeScope,
  kept: readonly (KeptMeasure & { readonly text_credits: number | null })[],
): Promise<void> {
  const columns = {
    message_id: 'bigint',
    measure_version: 'text',
    text_credits: 'bigint',
    ...Object.fromEntries(measureColumnNames.map((name) => [name, measureColumns[name].type])),
  } as const;
  const taken = ['measure_version', ...measureColumnNames].map((name) => `${name} = given.${name}`);
  // The limit makes SQLite keep the list with an index, rather than read it anew for each message.
  await sql`
    update staged_messages as s
    set ${sql.raw(taken.join(', '))}, credits = coalesce(given.text_credits, s.credits)
    from (select * from ${rowsOf('listed', columns, kept)} limit ${sql.lit(batchSize)}) as given
    where s.account_id = ${account} and s.pull_id = ${pullId} and s.message_id = given.message_id`.execute(
    trx,
  );
}
