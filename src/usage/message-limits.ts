import { Credits } from '../billing/credits.ts';
import type { MessageFilter } from '../ledger/reading/message-filter.ts';
import { parseId } from './id.ts';
import { InvalidArgument } from './invalid-argument.ts';

/** The limits of a filter as a client gave them; null where it said nothing. */
export interface MessageLimits {
  readonly fromMs: number | null;
  readonly toMs: number | null;
  readonly reportIds: readonly string[] | null;
  readonly hasReport: boolean | null;
  readonly minCredits: Credits | null;
  readonly maxCredits: Credits | null;
  readonly text: string | null;
}

/** What the client calls the limits that can be refused. */
export interface LimitNames {
  readonly time: string;
  readonly reportIds: string;
  readonly credits: string;
  readonly text: string;
}

const maxReportIds = 1_000;
const maxTextCharacters = 1_000;

/** The filter of these limits. @throws InvalidArgument which names the limit as the client does. */
export function createFilter(limits: MessageLimits, names: LimitNames): MessageFilter {
  const { fromMs, toMs, minCredits, maxCredits } = limits;
  if (fromMs !== null && toMs !== null && fromMs > toMs) {
    throw new InvalidArgument({ argument: names.time, problem: 'must not end before it begins' });
  }
  if (minCredits !== null && maxCredits !== null && minCredits.compare(maxCredits) > 0) {
    throw new InvalidArgument({ argument: names.credits, problem: 'must not have a min above its max' });
  }
  return {
    ...limits,
    reportIds: toReportIds(limits.reportIds, names.reportIds),
    text: toSearchText(limits.text, names.text),
  };
}

/** An amount as clients write it; null for anything else. */
export function parseCredits(text: string): Credits | null {
  try {
    return Credits.parse(text);
  } catch {
    return null;
  }
}

function toReportIds(ids: readonly string[] | null, argument: string): readonly number[] | null {
  if (ids === null) return null;
  if (ids.length > maxReportIds) {
    throw new InvalidArgument({
      argument,
      problem: `must hold ${maxReportIds} ids at most, but holds ${ids.length}`,
    });
  }
  // An id that is no whole number is the id of no report.
  const numbers = ids.map(parseId).filter((id) => id !== null);
  return [...new Set(numbers)].toSorted((a, b) => a - b);
}

function toSearchText(text: string | null, argument: string): string | null {
  if (text === null || text === '') return null;
  if (text.length > maxTextCharacters) {
    throw new InvalidArgument({
      argument,
      problem: `must have ${maxTextCharacters} characters at most, but has ${text.length}`,
    });
  }
  // As the ledger keeps texts: what no database can store has become U+FFFD.
  return text.toWellFormed().replaceAll('\0', '\uFFFD');
}
