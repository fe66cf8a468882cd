import { type Expression, type ExpressionBuilder, type SqlBool, sql } from 'kysely';

import type { Credits } from '../../billing/credits.ts';
import { searchKey } from '../keys/search-key.ts';
import type { Database } from '../database/database.ts';
import type { Tables } from '../database/tables.ts';

/** Which messages of a period are meant; null means no limit. All limits hold together. */
export interface MessageFilter {
  /** Epoch milliseconds, inclusive. */
  readonly fromMs: number | null;
  /** Epoch milliseconds, exclusive. */
  readonly toMs: number | null;
  /** Messages of any of these reports, those whose report could not be read yet too. */
  readonly reportIds: readonly number[] | null;
  /** True: with a report, or with one that could not be read yet. False: priced from the text. */
  readonly hasReport: boolean | null;
  /** Inclusive; an unpriced message lies in no range. */
  readonly minCredits: Credits | null;
  /** Inclusive; an unpriced message lies in no range. */
  readonly maxCredits: Credits | null;
  /** A part of the text, in any case and any Unicode form. */
  readonly text: string | null;
}

/** The filter that lets every message through. */
export const allMessages: MessageFilter = {
  fromMs: null,
  toMs: null,
  reportIds: null,
  hasReport: null,
  minCredits: null,
  maxCredits: null,
  text: null,
};

/** Whether the filter lets every message through, so that kept sums answer for it. */
export function isUnfiltered(filter: MessageFilter): boolean {
  return Object.values(filter).every((limit) => limit === null);
}

/** The filter as conditions on the `messages` table. */
export function filterConditions(
  eb: ExpressionBuilder<Tables, 'messages'>,
  filter: MessageFilter,
  { kind }: Pick<Database, 'kind'>,
): Expression<SqlBool>[] {
  const conditions: Expression<SqlBool>[] = [];
  const notFromText = eb.or([eb('report_name', 'is not', null), eb('credits', 'is', null)]);
  if (filter.fromMs !== null) conditions.push(eb('timestamp_ms', '>=', filter.fromMs));
  if (filter.toMs !== null) conditions.push(eb('timestamp_ms', '<', filter.toMs));
  if (filter.reportIds !== null) {
    conditions.push(
      filter.reportIds.length === 0 ? sql<SqlBool>`1 = 0` : eb('report_id', 'in', filter.reportIds),
      notFromText,
    );
  }
  if (filter.hasReport !== null) conditions.push(filter.hasReport ? notFromText : eb.not(notFromText));
  if (filter.minCredits !== null) conditions.push(eb('credits', '>=', filter.minCredits.units));
  if (filter.maxCredits !== null) conditions.push(eb('credits', '<=', filter.maxCredits.units));
  if (filter.text !== null) {
    const place = sql.raw(kind === 'sqlite' ? 'instr' : 'strpos');
    conditions.push(sql<SqlBool>`${place}(search_text, ${searchKey(filter.text)}) > 0`);
  }
  return conditions;
}
