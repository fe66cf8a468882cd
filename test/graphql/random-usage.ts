import * as fc from 'fast-check';
import type { ModelFilter, ModelOrder, UpstreamMessage, UpstreamReports } from './model-usage.ts';

/** What an upstream tells, with report ids from 1 to 6 and times in ms after the period's begin. */
export interface RandomUsage {
  readonly messages: readonly {
    readonly text: string;
    readonly afterMs: number;
    readonly report: number | null;
  }[];
  readonly reports: readonly ({ readonly name: string; readonly credit_cost: number } | null | undefined)[];
}

/** The span of a random period. */
export const periodMs = 20 * 86_400_000;

// Few different times and prices, so that ties, slots and bounds meet.
const someTime = fc.oneof(
  fc.nat(periodMs - 1),
  fc.nat(20 * 96 - 1).map((slot) => slot * 900_000),
  fc.constantFrom(0, 1, 86_399_999, 86_400_000),
);
const someText = fc.oneof(
  fc.constantFrom('', '123', 'aba', 'the lease', 'The LEASE ends', 'Ünder 100% _rent_', '東京 lease 😀'),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.string({ unit: 'grapheme-ascii', minLength: 90, maxLength: 110 }),
);
const someReport = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      name: fc.constantFrom('Zoo', 'apple', 'Äther', '😀 report', '\u{FFFD} odd'),
      credit_cost: fc.constantFrom(0, 1.15, 2, 15.5, 79, 0.0001),
    }),
  },
  { weight: 1, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.constant(undefined) },
);

/** A period of 1 to 40 messages. */
export const someUsage: fc.Arbitrary<RandomUsage> = fc.record({
  messages: fc.array(
    fc.record({
      text: someText,
      afterMs: someTime,
      report: fc.option(fc.integer({ min: 1, max: 6 }), { freq: 2 }),
    }),
    { minLength: 1, maxLength: 40 },
  ),
  reports: fc.array(someReport, { minLength: 6, maxLength: 6 }),
});

/** A point in time near one of a period's messages, so that bounds meet them. */
interface RandomTime {
  readonly ofMessage: number;
  readonly shiftMs: number;
}

/** A query over a period. */
export interface RandomQuery {
  readonly from: RandomTime | null;
  readonly to: RandomTime | null;
  readonly reports: readonly number[] | null;
  readonly hasReport: boolean | null;
  readonly min: string | null;
  readonly max: string | null;
  readonly text: string | null;
  readonly orderBy: readonly ModelOrder[];
  readonly pageSize: number;
  readonly backward: boolean;
  readonly size: 'HOUR' | 'DAY' | 'WEEK' | 'MONTH';
  readonly timeZone: string;
  readonly weekStart: 'MONDAY' | 'FRIDAY' | 'SUNDAY';
}

/** Given in two of five queries, so that few limits meet at once and something is left to be found. */
function atTimes<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> {
  return fc.oneof({ weight: 2, arbitrary }, { weight: 3, arbitrary: fc.constant(null) });
}

const someBound = fc.record({ ofMessage: fc.nat(39), shiftMs: fc.constantFrom(0, 0, 1, -1, 3_600_000) });

/** Any query. */
export const someQuery: fc.Arbitrary<RandomQuery> = fc.record({
  from: atTimes(someBound),
  to: atTimes(someBound),
  reports: atTimes(fc.array(fc.integer({ min: 1, max: 7 }), { maxLength: 4 })),
  hasReport: atTimes(fc.boolean()),
  min: atTimes(fc.constantFrom('0', '1', '1.15', '2.00', '15.5')),
  max: atTimes(fc.constantFrom('1.0001', '2', '15.50', '79')),
  text: atTimes(fc.constantFrom('LEASE', 'e', '%', '_', '京', '😀', 'ünder')),
  orderBy: fc.uniqueArray(
    fc.record({
      field: fc.constantFrom('TIMESTAMP', 'CREDITS_USED', 'REPORT_NAME'),
      direction: fc.constantFrom('ASC', 'DESC'),
    }),
    { maxLength: 3, selector: ({ field }) => field },
  ),
  pageSize: fc.constantFrom(4, 10, 50),
  backward: fc.boolean(),
  size: fc.constantFrom('HOUR', 'DAY', 'WEEK', 'MONTH'),
  timeZone: fc.constantFrom(
    'UTC',
    'Europe/Berlin',
    'America/New_York',
    'Asia/Kolkata',
    'Asia/Kathmandu',
    'Australia/Lord_Howe',
  ),
  weekStart: fc.constantFrom('MONDAY', 'FRIDAY', 'SUNDAY'),
});

/** Where a random period lies: what makes its ids and times its own. */
export interface Place {
  readonly beginMs: number;
  readonly firstId: number;
}

/** The upstream's JSON of a random period. */
export function placeUsage(
  { messages, reports }: RandomUsage,
  { beginMs, firstId }: Place,
): { readonly messages: readonly UpstreamMessage[]; readonly reports: UpstreamReports } {
  return {
    messages: messages.map(({ text, afterMs, report }, index) => ({
      id: firstId + index,
      text,
      timestamp: new Date(beginMs + afterMs).toISOString(),
      ...(report === null ? {} : { report_id: firstId + report }),
    })),
    reports: new Map(
      reports.flatMap((report, index) =>
        report === undefined ? [] : [[firstId + index + 1, report] as const],
      ),
    ),
  };
}

/** The filter of a random query; null where it would contradict itself, which GraphQL refuses. */
export function placeFilter(
  query: RandomQuery,
  usage: RandomUsage,
  { beginMs, firstId }: Place,
): ModelFilter | null {
  const { reports, hasReport, min, max, text } = query;
  const timeOf = (time: RandomTime | null): string | null => {
    if (time === null) return null;
    const { afterMs = 0 } = usage.messages[time.ofMessage % usage.messages.length] ?? {};
    return new Date(beginMs + afterMs + time.shiftMs).toISOString();
  };
  const [from, to] = [timeOf(query.from), timeOf(query.to)];
  if ((from !== null && to !== null && from > to) || Number(min ?? 0) > Number(max ?? Infinity)) return null;
  return {
    timestamp: from === null && to === null ? null : { from, to },
    reportIds: reports?.map((report) => String(firstId + report)) ?? null,
    hasReport,
    creditsUsed: min === null && max === null ? null : { min, max },
    text,
  };
}
