import { DashboardBoundsDocument } from '../../../schema/generated/graphql.ts';
import { useQuery } from '../data/use-query.ts';
import { localDate } from '../format.ts';
import type { TimeRange } from './list-query.ts';
import type { Span } from './view.ts';

/** What a span of the address stands for. */
export type FoundSpan =
  | { readonly state: 'none' | 'looking' | 'missing'; readonly range: null }
  | { readonly state: 'found'; readonly range: TimeRange };

const dayMs = 86_400_000;

/**
 * The first and last moment of a span. The service knows where a zone's days begin; the page only compares dates, so
 * that no change of clocks can make it wrong.
 */
export function useSpan(span: Span | null, periodId: string | null, timeZone: string): FoundSpan {
  const { data, current, problem } = useQuery(
    DashboardBoundsDocument,
    span === null || periodId === null
      ? null
      : { periodId, timeZone, size: sizes[span.unit], filter: { timestamp: around(span) } },
  );
  if (span === null) return { state: 'none', range: null };
  if (!current) return { state: problem?.kind === 'refused' ? 'missing' : 'looking', range: null };
  const found = data?.usage?.windows.find(({ from }) => startsAt(from, span, timeZone));
  // A date that the zone has skipped is in no list.
  if (found === undefined) return { state: 'missing', range: null };
  return { state: 'found', range: { from: found.from, to: found.to } };
}

/** The span of a bar, as the address names it. */
export function spanOf(unit: Span['unit'], from: string, timeZone: string): Span {
  if (unit === 'hour') return { unit, at: from.replace(/:00(\.000)?Z$/, 'Z') };
  const date = localDate(from, timeZone);
  return { unit, at: unit === 'month' ? date.slice(0, 7) : date };
}

/** The windows that are a span's unit. */
export const sizes = { hour: 'HOUR', day: 'DAY', week: 'WEEK', month: 'MONTH' } as const;

function startsAt(from: string, span: Span, timeZone: string): boolean {
  if (span.unit === 'hour') return Date.parse(from) === Date.parse(span.at);
  return spanOf(span.unit, from, timeZone).at === span.at;
}

/** A stretch of time that a span begins in, whatever the zone. */
function around({ unit, at }: Span): TimeRange {
  if (unit === 'hour') return spanFrom(Date.parse(at), 0, 60_000);
  return spanFrom(Date.parse(`${unit === 'month' ? `${at}-01` : at}T00:00Z`), 2 * dayMs, 2 * dayMs);
}

function spanFrom(ms: number, beforeMs: number, afterMs: number): TimeRange {
  return { from: new Date(ms - beforeMs).toISOString(), to: new Date(ms + afterMs).toISOString() };
}
