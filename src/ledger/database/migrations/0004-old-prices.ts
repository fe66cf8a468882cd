import { type Kysely, sql } from 'kysely';

import { Credits } from '../../../billing/credits.ts';
import { priceMessage } from '../../../billing/price.ts';
import { decodeStoredCard, type RateCard } from '../../../billing/rate-card.ts';
import type { ReportAnswer } from '../../../billing/report.ts';
import type { TextMeasure } from '../../../billing/text-measure.ts';
import type { Log } from '../../../telemetry/log.ts';
import type { Database } from '../database.ts';
import { measureOldTexts, type OldRow } from './0004-old-texts.ts';

// Frozen but for the pricing itself, as migrations are.

const maxIdsInLog = 100;

interface OldPrice extends OldRow {
  readonly credits: number | null;
  /** The card of the row's period, as it is now. */
  readonly card_version: string;
}

interface OldMessage extends OldPrice {
  readonly report_id: number | null;
  readonly status: ReportAnswer['status'] | null;
  readonly name: string | null;
  readonly credit_cost: number | null;
}

interface OldHistory extends OldPrice {
  readonly report_name: string | null;
}

/**
 * Measures the texts of an old ledger. Credits that are not what today's measure gives stand as they are: such rows are
 * marked, and listed in the log.
 */
export async function measureOldLedger(
  db: Kysely<unknown>,
  kind: Database['kind'],
  log: Log | null,
): Promise<void> {
  const cards = new OldCards(db);
  const kept: string[] = [];
  let keptCount = 0;
  const mark = (row: OldRow, isKept: boolean): number => {
    if (!isKept) return 0;
    keptCount += 1;
    if (kept.length < maxIdsInLog) kept.push(`${row.account_id}/${row.message_id}`);
    return 1;
  };

  await measureOldTexts<OldMessage>(db, kind, {
    table: 'messages',
    revision: sql`0`,
    foundColumns: ['credits_kept'],
    async readRows(range) {
      const result = await sql<OldMessage>`
        select t.account_id, t.message_id, 0 as revision, t.text, t.credits, t.report_id,
          p.rate_card_version as card_version, r.status, r.name, r.credit_cost
        from messages t
        join periods p on p.account_id = t.account_id and p.period_id = t.period_id
        left join reports r on r.account_id = t.account_id and r.period_id = t.period_id
          and r.report_id = t.report_id
        where ${range} order by t.account_id, t.message_id`.execute(db);
      return result.rows;
    },
    async explain(row, measure) {
      const [card] = await cards.ofAccount(row.account_id, row.card_version);
      const price = card === undefined ? null : priceOrNull(measure, toAnswer(row), card);
      const isKept = row.credits !== null && price !== row.credits;
      return { credits_kept: mark(row, isKept), rate_card_version: null, report_cost: null };
    },
  });

  await measureOldTexts<OldHistory>(db, kind, {
    table: 'message_history',
    revision: sql`t.revision`,
    foundColumns: ['credits_kept', 'rate_card_version', 'report_cost'],
    async readRows(range) {
      const result = await sql<OldHistory>`
        select t.account_id, t.message_id, t.revision, t.text, t.credits, t.report_name,
          p.rate_card_version as card_version
        from message_history t
        join periods p on p.account_id = t.account_id and p.period_id = t.period_id
        where ${range} order by t.account_id, t.message_id, t.revision`.execute(db);
      return result.rows;
    },
    async explain(row, measure) {
      const byReport = row.report_name !== null;
      const known = await cards.ofAccount(row.account_id, row.card_version);
      // The period may have got another card since: the one that explains the price is the one that made it.
      const card = known.find((card) => priceOrNull(measure, null, card) === row.credits);
      const isKept = row.credits !== null && !byReport && card === undefined;
      return {
        credits_kept: mark(row, isKept),
        rate_card_version: byReport ? row.card_version : (card?.version ?? row.card_version),
        report_cost: byReport ? row.credits : null,
      };
    },
  });

  if (keptCount > 0) {
    log?.warn(
      { keptCount, messages: kept },
      'old messages whose text does not explain their credits: what was charged stands',
    );
  }
}

function toAnswer({ report_id: id, status, name, credit_cost: cost }: OldMessage): ReportAnswer | null {
  if (id === null) return null;
  if (status === 'found' && name !== null && cost !== null)
    return { status, report: { id, name, creditCost: Credits.fromUnits(cost) } };
  return { status: status === 'missing' ? 'missing' : 'unread' };
}

function priceOrNull(measure: TextMeasure, answer: ReportAnswer | null, card: RateCard): number | null {
  try {
    return priceMessage(measure, answer, card)?.units ?? null;
  } catch (error) {
    // Beyond what is exact, which no stored price is.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** The cards of the account that was asked for last: rows come account by account. */
class OldCards {
  readonly #db: Kysely<unknown>;
  #account: string | null = null;
  #cards: readonly RateCard[] = [];

  constructor(db: Kysely<unknown>) {
    this.#db = db;
  }

  /** All that ever priced a message of the account, the one of the version given first. */
  async ofAccount(account: string, version: string): Promise<readonly RateCard[]> {
    if (this.#account !== account) {
      const result = await sql<{ card: string }>`
        select card from rate_cards where account_id = ${account} order by version`.execute(this.#db);
      this.#cards = result.rows.map((row) => decodeStoredCard(1, JSON.parse(row.card)));
      this.#account = account;
    }
    return this.#cards.toSorted((a, b) => Number(b.version === version) - Number(a.version === version));
  }
}
