import { describe, expect, it } from 'vitest';

import { Credits } from '../../src/billing/credits.ts';
import {
  canonicalTimeZone,
  foldWindows,
  maxWindows,
  TooManyWindows,
  UnknownTimeZone,
  type WindowSize,
} from '../../src/usage/time-windows.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

describe('foldWindows', () => {
  it('adds up the slots of each window and fills gaps with zeros', () => {
    const windows = foldWindows({
      slots: [
        slotAt('2024-04-28T21:45Z', 10_000), // 23:45 on the 28th in Berlin
        slotAt('2024-04-28T22:00Z', 20_000, 2, 1), // 00:00 on the 29th
        slotAt('2024-04-29T21:45Z', 500, 3),
        slotAt('2024-05-01T10:00Z', 52_000, 1),
      ],
      size: 'DAY',
      timeZone: 'Europe/Berlin',
      firstMs: Date.parse('2024-04-28T21:50Z'),
      lastMs: Date.parse('2024-05-02T08:00Z'),
    });
    expect(
      windows.map(({ totals }) => [totals.creditsUsed.units, totals.messageCount, totals.unpricedCount]),
    ).toEqual([
      [10_000, 1, 0],
      [20_500, 5, 1], // 20,000 + 500; 2 + 3
      [0, 0, 0],
      [52_000, 1, 0],
      [0, 0, 0],
    ]);
  });

  it('counts a slot where it starts, though a window of an old zone begins within it', () => {
    // Pacific/Kiritimati was 10:40 behind: its day began at 10:40Z, within the slot from 10:30Z.
    const windows = foldWindows({
      slots: [slotAt('1975-06-01T10:30Z', 7)],
      size: 'DAY',
      timeZone: 'Pacific/Kiritimati',
      firstMs: Date.parse('1975-06-01T10:41Z'),
      lastMs: Date.parse('1975-06-01T10:41Z'),
    });
    expect(windows.map(({ fromMs, totals }) => [fromMs, totals.creditsUsed.units])).toEqual([
      [Date.parse('1975-05-31T10:40Z'), 7],
      [Date.parse('1975-06-01T10:40Z'), 0],
    ]);
  });

  it.each<[WindowSize, number]>([
    ['HOUR', hourMs],
    ['DAY', dayMs],
    ['WEEK', 7 * dayMs],
  ])('gives 5,000 windows of size %s, and refuses one more', (size, sizeMs) => {
    const firstMs = Date.parse('2024-01-01T00:00Z'); // a Monday
    const full = { slots: [], size, timeZone: 'UTC', firstMs, lastMs: firstMs + maxWindows * sizeMs - 1 };
    expect(maxWindows).toBe(5_000);
    expect(foldWindows(full)).toHaveLength(5_000);
    expect(() => foldWindows({ ...full, lastMs: full.lastMs + 1 })).toThrow(
      expect.objectContaining({
        name: 'TooManyWindows',
        size,
        limit: 5_000,
        message: `More than 5000 windows of size ${size}: ask for a larger window size or a narrower filter.timestamp`,
      }),
    );
  });

  it('does not advise a size above the month', () => {
    const span = { firstMs: 0, lastMs: Date.parse('9999-01-01T00:00Z') };
    const fold = () => foldWindows({ slots: [], size: 'MONTH', timeZone: 'Asia/Tokyo', ...span });
    expect(fold).toThrow(TooManyWindows);
    expect(fold).toThrow('More than 5000 windows of size MONTH: ask for a narrower filter.timestamp');
  });

  it('takes a zone in any case, and refuses one that does not exist', () => {
    const noonMs = Date.parse('2024-05-01T12:00Z');
    const noon = { slots: [], size: 'DAY', firstMs: noonMs, lastMs: noonMs } as const;
    expect(foldWindows({ ...noon, timeZone: 'asia/KATHMANDU' })).toEqual([
      expect.objectContaining({
        fromMs: Date.parse('2024-04-30T18:15Z'), // 00:00 +05:45
        toMs: Date.parse('2024-05-01T18:15Z'),
      }),
    ]);
    const foldUnknown = () => foldWindows({ ...noon, timeZone: 'Mars/Olympus' });
    expect(foldUnknown).toThrow(UnknownTimeZone);
    expect(foldUnknown).toThrow(
      'Unknown time zone "Mars/Olympus": give an IANA name such as "Europe/Berlin"',
    );
  });

  it('refuses a span that ends before it begins', () => {
    const span = { firstMs: 1, lastMs: 0 };
    expect(() => foldWindows({ slots: [], size: 'DAY', timeZone: 'UTC', ...span })).toThrow(
      new RangeError('Not a span of time: 1 to 0'),
    );
  });
});

describe('canonicalTimeZone', () => {
  it.each([
    ['utc', 'UTC'],
    ['europe/berlin', 'Europe/Berlin'],
    ['AMERICA/PORT-AU-PRINCE', 'America/Port-au-Prince'],
    ['america/argentina/comodrivadavia', 'America/Argentina/ComodRivadavia'],
    ['etc/gmt+5', 'Etc/GMT+5'],
    ['est5edt', 'EST5EDT'],
    ['Asia/Calcutta', 'Asia/Calcutta'], // an old name stays
    ['asia/kolkata', 'Asia/Kolkata'],
  ])('spells %s as %s', (name, canonical) => {
    expect(canonicalTimeZone(name)).toBe(canonical);
  });

  it.each([
    '',
    'Z',
    'PST',
    '+02:00',
    '-0500',
    '+02',
    '−02:00',
    'UTC+2',
    'Europe',
    'Mars/Olympus',
    ' UTC',
    'UTC\n',
  ])('knows no zone %j', (name) => {
    expect(canonicalTimeZone(name)).toBeNull();
  });

  it('knows no zone of a million characters', () => {
    expect(canonicalTimeZone('a'.repeat(1_000_000))).toBeNull();
  });
});

function slotAt(from: string, units: number, messageCount = 1, unpricedCount = 0) {
  return {
    fromMs: Date.parse(from),
    totals: { creditsUsed: Credits.fromUnits(units), messageCount, unpricedCount },
  };
}
