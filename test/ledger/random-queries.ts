import * as fc from 'fast-check';
import { Credits } from '../../src/billing/credits.ts';
import type { MessageFilter } from '../../src/ledger/reading/message-filter.ts';
import type { MessageOrder } from '../../src/ledger/reading/message-order.ts';
import { minuteMs } from './priced-messages.ts';

// Periods begin at 1,000, 2,000 … minutes and hold 300 minutes.
const someTime = fc.nat(2_400).map((minute) => (900 + minute) * minuteMs);
const someCredits = fc
  .constantFrom('0', '1', '1.25', '1.3', '15.5', '78.9999', '79', '100')
  .map((text) => Credits.parse(text));
// Seldom, for with many limits at once nothing passes.
const seldom = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, { weight: 1, arbitrary });

/** Filters with no limit at all up to all of them. */
export const someFilter: fc.Arbitrary<MessageFilter> = fc.record({
  fromMs: seldom(someTime),
  toMs: seldom(someTime),
  reportIds: seldom(fc.subarray([1, 2, 3, 4, 5, 6, 99])),
  hasReport: seldom(fc.boolean()),
  minCredits: seldom(someCredits),
  maxCredits: seldom(someCredits),
  text: seldom(
    fc.constantFrom(
      'hi',
      'ärger',
      'STRASSE',
      'ß',
      'İ',
      'a\u0308rger',
      'ΣΟΦΟΣ',
      'CAFÉ',
      '',
      '%',
      '_OF_',
      "'",
      '😀',
      'conflict',
    ),
  ),
});

/** Up to three wishes, even the same field twice. */
export const someOrder: fc.Arbitrary<readonly MessageOrder[]> = fc.array(
  fc.record({
    field: fc.constantFrom('TIMESTAMP', 'CREDITS_USED', 'REPORT_NAME'),
    direction: fc.constantFrom('ASC', 'DESC'),
  }),
  { maxLength: 3 },
);

/** A page of a list; `after` and `before` are places in it, and mean no limit when they lie beyond its end. */
export interface PageQuery {
  readonly filter: MessageFilter;
  readonly order: readonly MessageOrder[];
  readonly after: number;
  readonly before: number;
  readonly limit: number;
  readonly backward: boolean;
}

/** Pages of short lists, most with at least one end. */
export const somePageQuery: fc.Arbitrary<PageQuery> = fc.record({
  filter: someFilter,
  order: someOrder,
  after: fc.nat(15),
  before: fc.nat(15),
  limit: fc.integer({ min: 1, max: 12 }),
  backward: fc.boolean(),
});
