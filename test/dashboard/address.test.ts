import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { readAddress, writeAddress } from '../../src/dashboard/url/address.ts';
import { defaultView, toggleSort, type View } from '../../src/dashboard/url/view.ts';

describe('the address of the dashboard', () => {
  it('reads as people would write it', () => {
    const view: View = {
      ...defaultView,
      periodId: '2',
      timeZone: 'Europe/London',
      span: { unit: 'day', at: '2026-11-17' },
      sort: [
        { field: 'report', descending: false },
        { field: 'credits', descending: true },
      ],
    };
    const address = '?period=2&tz=Europe/London&day=2026-11-17&sort=report,-credits';
    expect(writeAddress(view)).toBe(address);
    expect(readAddress(address)).toEqual({ view, faults: [] });
  });

  it('is empty for what is shown when nothing was chosen', () => {
    expect(writeAddress(defaultView)).toBe('');
    expect(readAddress('')).toEqual({ view: defaultView, faults: [] });
  });

  it('gives back every view that it was written for', () => {
    fc.assert(
      fc.property(views, (view) => {
        expect(readAddress(writeAddress(view))).toEqual({ view, faults: [] });
      }),
    );
  });

  it.each([
    ['?period=0', 'period'],
    ['?period=1&period=2', 'period'],
    ['?tz=Mars/Olympus', 'tz'],
    ['?tz=%2B02:00', 'tz'],
    ['?day=2026-02-30', 'day'],
    ['?month=2026-13', 'month'],
    ['?hour=2026-11-17T25:00Z', 'hour'],
    ['?bars=year', 'bars'],
    ['?chart=pie', 'chart'],
    ['?has=maybe', 'has'],
    ['?min=-1', 'min'],
    ['?max=1e3', 'max'],
    ['?sort=credits,credits', 'sort'],
    ['?sort=price', 'sort'],
    ['?sort=', 'sort'],
    ['?after=%00', 'after'],
    ['?report=%3Cscript%3E', 'report'],
    ['?text=', 'text'],
    [`?text=${'x'.repeat(1_001)}`, 'text'],
    ['?utm_source=mail', 'utm_source'],
  ])('falls back to the default at %s, and names what made no sense', (search, fault) => {
    expect(readAddress(search)).toEqual({ view: defaultView, faults: [fault] });
  });

  it('takes neither of two spans, and neither of two pages', () => {
    const { view, faults } = readAddress('?day=2026-11-17&week=2026-11-16&after=a&before=b');
    expect({ span: view.span, page: view.page }).toEqual({ span: null, page: null });
    expect(faults).toEqual(['day', 'week', 'after', 'before']);
  });

  it('reads any text at all without a throw', () => {
    fc.assert(
      fc.property(fc.string(), (search) => {
        const { view } = readAddress(search);
        expect(readAddress(writeAddress(view))).toEqual({ view, faults: [] });
      }),
    );
  });
});

describe('the order of messages', () => {
  it('goes from none to ascending, to descending, and back to none', () => {
    const once = toggleSort([], 'report');
    expect(once).toEqual([{ field: 'report', descending: false }]);
    expect(toggleSort(once, 'report')).toEqual([{ field: 'report', descending: true }]);
    expect(toggleSort(toggleSort(once, 'report'), 'report')).toEqual([]);
  });

  it('weighs fields by the order of the first click on each', () => {
    const both = toggleSort(toggleSort(toggleSort([], 'report'), 'credits'), 'report');
    expect(both).toEqual([
      { field: 'report', descending: true },
      { field: 'credits', descending: false },
    ]);
  });
});

const dates = fc
  .date({ min: new Date('1970-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString());
const spans = fc.oneof(
  dates.map((date) => ({ unit: 'hour' as const, at: `${date.slice(0, 13)}:00Z` })),
  dates.map((date) => ({ unit: 'day' as const, at: date.slice(0, 10) })),
  dates.map((date) => ({ unit: 'week' as const, at: date.slice(0, 10) })),
  dates.map((date) => ({ unit: 'month' as const, at: date.slice(0, 7) })),
);
const credits = fc.oneof(fc.constant(''), fc.nat(99_999).map(String), fc.constant('12.3456'));
const sorts = fc
  .shuffledSubarray(['time', 'report', 'credits'] as const)
  .chain((fields) =>
    fc.tuple(...fields.map((field) => fc.boolean().map((descending) => ({ field, descending })))),
  );
const views: fc.Arbitrary<View> = fc.record({
  periodId: fc.option(fc.integer({ min: 1, max: 10_000 }).map(String)),
  timeZone: fc.constantFrom(null, 'UTC', 'Europe/Berlin', 'America/Argentina/Buenos_Aires', 'Etc/GMT+5'),
  chart: fc.constantFrom('period' as const, 'history' as const),
  bars: fc.constantFrom(null, 'day' as const, 'week' as const, 'month' as const),
  span: fc.option(spans),
  filter: fc.record({
    // What is no Unicode text cannot stand in an address.
    text: fc.string({ unit: 'binary', maxLength: 100 }),
    reportIds: fc.uniqueArray(fc.nat(9_999).map(String), { maxLength: 4 }),
    hasReport: fc.constantFrom(null, true, false),
    min: credits,
    max: credits,
  }),
  sort: sorts,
  page: fc.option(
    fc.record({
      side: fc.constantFrom('after' as const, 'before' as const),
      cursor: fc.stringMatching(/^[\w-]{1,40}$/),
    }),
  ),
});
