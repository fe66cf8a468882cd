import { type CompiledQuery, type RawBuilder, sql } from 'kysely';

import type { RateCard } from '../../billing/rate-card.ts';
import type { Database } from '../database/database.ts';
import { StatementCache } from '../database/statement-cache.ts';
import { readStoredCard } from './rate-cards.ts';
import { toTotals, type UsageTotals } from './sums.ts';

/**
 * A billing period: open until the upstream begins the next one, closed from then on. Nothing of a closed one changes but
 * that messages without a price get theirs.
 */
export interface BillingPeriod {
  /** 1 is an account's first. */
  readonly id: number;
  readonly fromMs: number;
  /** Null while the period is open. */
  readonly toMs: number | null;
}

/** How far the account's recorded usage reaches. */
export interface Freshness {
  /** When the last whole pull began, in epoch ms by the ledger's clock. */
  readonly asOfMs: number;
  /** Rises with each recorded change. */
  readonly revision: number;
  /** How many rows of the last whole list could not be read. */
  readonly setAsideCount: number;
}

/** A period with what is kept about it as a whole. */
export interface PeriodUsage {
  readonly account: string;
  readonly period: BillingPeriod;
  readonly freshness: Freshness;
  /** When this was read, in epoch ms by the ledger's clock. */
  readonly readAtMs: number;
  readonly totals: UsageTotals;
  /** The timestamps of its earliest and its latest message; null while it has none. */
  readonly span: { readonly firstMs: number; readonly lastMs: number } | null;
  /** The card that priced the period's messages. */
  readonly rateCard: RateCard;
}

/**
 * Reads a period, the open one unless told otherwise. One statement.
 * @returns null when the account has no such period, or was never pulled.
 */
export async function readPeriod(
  database: Database,
  {
    account,
    periodId,
    now,
  }: { readonly account: string; readonly periodId: number | null; readonly now: () => Date },
): Promise<PeriodUsage | null> {
  const { rows } = await database.reads.executeQuery(periodStatement(database, account, periodId));
  const row = rows[0];
  if (row === undefined || row.as_of_ms === null) return null;
  return {
    account,
    period: { id: row.period_id, fromMs: row.from_ms, toMs: row.to_ms },
    freshness: { asOfMs: row.as_of_ms, revision: row.revision, setAsideCount: row.set_aside_count },
    readAtMs: row.shared_clock_ms ?? now().getTime(),
    totals: toTotals(row),
    span:
      row.first_message_ms === null || row.last_message_ms === null
        ? null
        : { firstMs: row.first_message_ms, lastMs: row.last_message_ms },
    rateCard: readStoredCard(row),
  };
}

const noSharedClock: RawBuilder<number | null> = sql`null`;

type PeriodRow = ReturnType<typeof compilePeriodStatement> extends CompiledQuery<infer Row> ? Row : never;

const periodStatements = new StatementCache<PeriodRow>();
const revisionStatements = new StatementCache<{ readonly revision: number }>();

/** Reads the account's revision; null before its first pull. One statement. */
export async function readRevision({ reads }: Database, account: string): Promise<number | null> {
  const statement = revisionStatements.get(reads, '', [account], () =>
    reads.selectFrom('accounts').where('account_id', '=', account).select('revision').compile(),
  );
  const { rows } = await reads.executeQuery(statement);
  return rows[0]?.revision ?? null;
}

function periodStatement(
  database: Database,
  account: string,
  periodId: number | null,
): CompiledQuery<PeriodRow> {
  const write = () => compilePeriodStatement(database, account, periodId);
  return periodId === null
    ? periodStatements.get(database.reads, 'open', [account], write)
    : periodStatements.get(database.reads, 'by id', [periodId, account], write);
}

function compilePeriodStatement(
  { reads, sharedClockMs }: Database,
  account: string,
  periodId: number | null,
) {
  return reads
    .selectFrom('accounts as a')
    .innerJoin('periods as p', (join) =>
      join
        .onRef('p.account_id', '=', 'a.account_id')
        .on((eb) =>
          periodId === null
            ? eb('p.period_id', '=', eb.ref('a.period_id'))
            : eb('p.period_id', '=', periodId),
        ),
    )
    .innerJoin('rate_cards as c', (join) =>
      join.onRef('c.account_id', '=', 'a.account_id').onRef('c.version', '=', 'p.rate_card_version'),
    )
    .where('a.account_id', '=', account)
    .select([
      'a.revision',
      'a.as_of_ms',
      'a.set_aside_count',
      'p.period_id',
      'p.from_ms',
      'p.to_ms',
      'c.format',
      'c.card',
    ])
    .select(['p.credits', 'p.message_count', 'p.unpriced_count', 'p.first_message_ms', 'p.last_message_ms'])
    .select((sharedClockMs ?? noSharedClock).as('shared_clock_ms'))
    .compile();
}

/** Which of an account's periods to read. */
export interface PeriodQuery {
  /** Only older ones than this; null: from the newest. */
  readonly belowId: number | null;
  /** Only newer ones than this; null: to the oldest. */
  readonly aboveId: number | null;
  readonly limit: number;
  /** Whether to keep the oldest rather than the newest. They come newest first all the same. */
  readonly backward: boolean;
}

/** Reads some of an account's periods, newest first. One statement. */
export async function readPeriods(
  { reads }: Database,
  account: string,
  { belowId, aboveId, limit, backward }: PeriodQuery,
): Promise<readonly BillingPeriod[]> {
  let select = reads
    .selectFrom('periods')
    .where('account_id', '=', account)
    .select(['period_id', 'from_ms', 'to_ms'])
    .orderBy('period_id', backward ? 'asc' : 'desc')
    .limit(limit);
  if (belowId !== null) select = select.where('period_id', '<', belowId);
  if (aboveId !== null) select = select.where('period_id', '>', aboveId);
  const rows = await select.execute();
  const periods = rows.map((row) => ({ id: row.period_id, fromMs: row.from_ms, toMs: row.to_ms }));
  return backward ? periods.toReversed() : periods;
}
