import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Credits } from '../../src/billing/credits.ts';
import type { Weekday } from '../../src/usage/calendar.ts';
import { maxWindows, TooManyWindows, type WindowSize } from '../../src/usage/time-windows.ts';
import { foldWindows } from './fold-windows.ts';

const slotMs = 900_000;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

const usualMs = { HOUR: hourMs, DAY: dayMs, WEEK: 7 * dayMs, MONTH: 30 * dayMs };
const timeZones = [...Intl.supportedValuesOf('timeZone'), 'UTC'];

// From Monday on, as `getUTCDay()` is 0 on Sunday.
const weekdays = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'] as const;

// From 1980, when the last offset that was no multiple of a quarter-hour was gone.
const anyInstant = fc.integer({ min: Date.UTC(1980, 0, 3), max: Date.UTC(2060, 0) });
const query = fc
  .record({
    size: fc.constantFrom<WindowSize>('HOUR', 'DAY', 'WEEK', 'MONTH'),
    timeZone: fc.constantFrom(...timeZones),
    weekStart: fc.constantFrom<Weekday>(...weekdays),
    firstMs: anyInstant,
    windowCount: fc.integer({ min: 0, max: 30 }),
    messages: fc.array(
      fc.record({
        at: fc.double({ min: 0, max: 1, noNaN: true }),
        units: fc.integer({ min: 0, max: 1_000_000 }),
        unpriced: fc.boolean(),
      }),
      { maxLength: 20 },
    ),
  })
  .map(({ size, timeZone, weekStart, firstMs, windowCount, messages }) => {
    const spanMs = windowCount * usualMs[size];
    const slots = messages
      .map(({ at, units, unpriced }) => ({
        fromMs: slotStart(firstMs + Math.floor(at * spanMs)),
        totals: { creditsUsed: Credits.fromUnits(units), messageCount: 1, unpricedCount: unpriced ? 1 : 0 },
      }))
      .toSorted((a, b) => a.fromMs - b.fromMs);
    return { size, timeZone, weekStart, firstMs: slotStart(firstMs), lastMs: firstMs + spanMs, slots };
  });

describe('foldWindows, in any zone at any time', () => {
  it('leaves no gap and no overlap, and covers the span with no window too many', () => {
    fc.assert(
      fc.property(query, (query) => {
        const windows = foldWindows(query);
        for (const [index, { fromMs, toMs }] of windows.entries()) {
          expect(toMs).toBeGreaterThan(fromMs);
          expect(windows[index + 1]?.fromMs ?? toMs).toBe(toMs);
        }
        const [first, last] = [windows[0], windows.at(-1)];
        expect(first?.fromMs).toBeLessThanOrEqual(query.firstMs);
        expect(first?.toMs).toBeGreaterThan(query.firstMs);
        expect(last?.fromMs).toBeLessThanOrEqual(query.lastMs);
        expect(last?.toMs).toBeGreaterThan(query.lastMs);
      }),
      { numRuns: 1_000 },
    );
  });

  it('gives each window the slots that start in it, and zeros where none does', () => {
    fc.assert(
      fc.property(query, (query) => {
        const windows = foldWindows(query);
        for (const { fromMs, toMs, totals } of windows) {
          const own = query.slots.filter((slot) => fromMs <= slot.fromMs && slot.fromMs < toMs);
          expect(totals.creditsUsed.units).toBe(
            own.reduce((sum, slot) => sum + slot.totals.creditsUsed.units, 0),
          );
          expect(totals.messageCount).toBe(own.length);
          expect(totals.unpricedCount).toBe(own.filter((slot) => slot.totals.unpricedCount === 1).length);
        }
        // Not one slot is lost.
        expect(windows.reduce((sum, { totals }) => sum + totals.messageCount, 0)).toBe(query.slots.length);
      }),
      { numRuns: 1_000 },
    );
  });

  it('begins each window where the local clock first reads its start, or jumps past it', () => {
    fc.assert(
      fc.property(query, (query) => {
        const { size, timeZone, weekStart } = query;
        for (const { fromMs } of foldWindows(query)) {
          const beforeMs = readClock(timeZone, fromMs - 1) + 1; // what the clock would read without a change
          const localMs = readClock(timeZone, fromMs);
          const startMs = startOf(size, localMs, weekStart);
          expect(localMs === startMs || (beforeMs <= startMs && startMs < localMs)).toBe(true);
          // Only an hour begins again.
          expect(size === 'HOUR' || startOf(size, beforeMs - 1, weekStart) < startMs).toBe(true);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('never lets a window run on into the next hour, day, week or month', () => {
    fc.assert(
      fc.property(query, fc.double({ min: 0, max: 1, noNaN: true }), (query, part) => {
        const { size, timeZone, weekStart } = query;
        for (const { fromMs, toMs } of foldWindows(query)) {
          const startMs = startOf(size, readClock(timeZone, fromMs), weekStart);
          const withinMs = fromMs + Math.floor(part * (toMs - 1 - fromMs));
          // It may be smaller: clocks go back into what was before.
          expect(startOf(size, readClock(timeZone, withinMs), weekStart)).toBeLessThanOrEqual(startMs);
          expect(startOf(size, readClock(timeZone, toMs - 1), weekStart)).toBeLessThanOrEqual(startMs);
          // No repeated hour is hidden in one window.
          expect(size !== 'HOUR' || toMs - fromMs < 2 * hourMs).toBe(true);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('makes each day of whole hours, each week and month of whole days', () => {
    fc.assert(
      fc.property(fc.constantFrom(...timeZones), anyInstant, (timeZone, firstMs) => {
        const span = { slots: [], timeZone, firstMs, lastMs: firstMs + 3 * dayMs };
        const hours = new Set(listStarts({ ...span, size: 'HOUR' }));
        expect(listStarts({ ...span, size: 'DAY' }).slice(1)).toSatisfy(isWithin(hours));
        const longSpan = { ...span, lastMs: firstMs + 40 * dayMs };
        const days = new Set(listStarts({ ...longSpan, size: 'DAY' }));
        expect(listStarts({ ...longSpan, size: 'WEEK' }).slice(1)).toSatisfy(isWithin(days));
        expect(listStarts({ ...longSpan, size: 'MONTH' }).slice(1)).toSatisfy(isWithin(days));
      }),
      { numRuns: 300 },
    );
  });

  it('refuses exactly what holds more than 5,000 windows', () => {
    fc.assert(
      fc.property(fc.constantFrom(...timeZones), anyInstant, (timeZone, firstMs) => {
        const open = { slots: [], size: 'HOUR', timeZone, firstMs } as const;
        // An hour may be long or short, so the end of the 5,000th is found from near it, window by window.
        let count = foldWindows({ ...open, lastMs: firstMs + 4_990 * hourMs }).length;
        let endMs = foldWindows({ ...open, lastMs: firstMs + 4_990 * hourMs }).at(-1)?.toMs ?? 0;
        for (; count < maxWindows; count += 1) {
          endMs = foldWindows({ ...open, firstMs: endMs, lastMs: endMs })[0]?.toMs ?? 0;
        }
        expect(foldWindows({ ...open, lastMs: endMs - 1 })).toHaveLength(5_000);
        expect(() => foldWindows({ ...open, lastMs: endMs })).toThrow(TooManyWindows);
      }),
      { numRuns: 20 },
    );
  });
});

function slotStart(ms: number): number {
  return Math.floor(ms / slotMs) * slotMs;
}

function listStarts(span: Parameters<typeof foldWindows>[0]): number[] {
  return foldWindows(span).map(({ fromMs }) => fromMs);
}

function isWithin(larger: ReadonlySet<number>): (starts: readonly number[]) => boolean {
  return (starts) => starts.every((startMs) => larger.has(startMs));
}

const clocks = new Map<string, Intl.DateTimeFormat>();

/** What the local clock reads, as the epoch ms at which a clock in UTC would read the same. */
function readClock(timeZone: string, ms: number): number {
  const clock =
    clocks.get(timeZone) ??
    new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  clocks.set(timeZone, clock);
  const secondMs = Math.floor(ms / 1_000) * 1_000;
  return Date.parse(`${clock.format(secondMs).replace(' ', 'T')}Z`) + (ms - secondMs);
}

/** The start of the hour, day, week or month that holds a reading of the local clock. */
function startOf(size: WindowSize, localMs: number, weekStart: Weekday): number {
  const local = new Date(localMs);
  const [year, month, date] = [local.getUTCFullYear(), local.getUTCMonth(), local.getUTCDate()];
  switch (size) {
    case 'HOUR':
      return local.setUTCMinutes(0, 0, 0);
    case 'DAY':
      return Date.UTC(year, month, date);
    case 'WEEK':
      return Date.UTC(year, month, date - ((local.getUTCDay() + 6 - weekdays.indexOf(weekStart) + 7) % 7));
    case 'MONTH':
      return Date.UTC(year, month);
  }
}
