import { type RawBuilder, sql } from 'kysely';

import { Credits } from '../../billing/credits.ts';
import type { Database } from '../database/database.ts';
import { isUnfiltered } from './message-filter.ts';
import { slotMs } from './slots.ts';
import { type SumQuery, type UsageRows, usageRows } from './usage-rows.ts';

export type { SumQuery } from './usage-rows.ts';

/** What a set of messages comes to. */
export interface UsageTotals {
  /** Of the priced messages. */
  readonly creditsUsed: Credits;
  readonly messageCount: number;
  /** Above 0: `creditsUsed` is incomplete. */
  readonly unpricedCount: number;
}

/** The totals of a slot of time. */
export interface SlotTotals {
  /** Where the slot begins, epoch milliseconds. */
  readonly fromMs: number;
  readonly totals: UsageTotals;
}

/** Sums the messages that a filter lets through. One statement. */
export async function readFilteredTotals(database: Database, query: SumQuery): Promise<UsageTotals> {
  if (isUnfiltered(query.filter) && query.periodId !== null) {
    const kept = await database.reads
      .selectFrom('periods')
      .where('account_id', '=', query.account)
      .where('period_id', '=', query.periodId)
      .select(['credits', 'message_count', 'unpriced_count'])
      .executeTakeFirst();
    return kept === undefined ? noUsage : toTotals(kept);
  }
  const usage = usageRows(database, query, slotMs);
  const [row] = await readUsage<StoredSums>(
    database,
    query,
    usage,
    sql`select ${sums} from (${usage.rows}) as u`,
  );
  return row === undefined ? noUsage : toTotals(row);
}

/** Sums by slots of a length, earliest first, without empty ones. One statement. */
export async function readSlots(
  database: Database,
  query: SumQuery,
  lengthMs = slotMs,
): Promise<readonly SlotTotals[]> {
  const usage = usageRows(database, query, lengthMs);
  const rows = await readUsage<StoredSums & { readonly slot: number }>(
    database,
    query,
    usage,
    sql`select slot, ${sums} from (${usage.rows}) as u group by slot order by slot`,
  );
  return rows.map((row) => ({ fromMs: row.slot * lengthMs, totals: toTotals(row) }));
}

/** Totals of no message at all. */
export const noUsage: UsageTotals = { creditsUsed: Credits.zero, messageCount: 0, unpricedCount: 0 };

/** Sums as a statement gives them. */
export interface StoredSums {
  readonly credits: number;
  readonly message_count: number;
  readonly unpriced_count: number;
}

/** Stored sums as the domain knows them. */
export function toTotals(row: StoredSums): UsageTotals {
  return {
    creditsUsed: Credits.fromUnits(row.credits),
    messageCount: row.message_count,
    unpricedCount: row.unpriced_count,
  };
}

/** The sum of several totals. */
export function addUp(parts: readonly { readonly totals: UsageTotals }[]): UsageTotals {
  let sum = noUsage;
  for (const { totals } of parts) {
    sum = {
      creditsUsed: sum.creditsUsed.plus(totals.creditsUsed),
      messageCount: sum.messageCount + totals.messageCount,
      unpricedCount: sum.unpricedCount + totals.unpricedCount,
    };
  }
  return sum;
}

/** The sums of {@link usageRows}, as a selection. */
export const sums = sql.raw(
  ['credits', 'message_count', 'unpriced_count']
    .map((column) => `cast(coalesce(sum(${column}), 0) as bigint) as ${column}`)
    .join(', '),
);

/** Runs a statement: the roll-up is read like a page, and a look at all messages takes turns with other accounts. */
export async function readUsage<Row>(
  { reads, scans, scanTurns }: Database,
  { account }: SumQuery,
  { isRolledUp }: UsageRows,
  statement: RawBuilder<unknown>,
): Promise<readonly Row[]> {
  const typed = sql<Row>`${statement}`;
  const result = isRolledUp
    ? await typed.execute(reads)
    : await scanTurns.take(account, () => typed.execute(scans));
  return result.rows;
}
