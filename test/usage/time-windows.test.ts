import { describe, expect, it } from 'vitest';

import { Credits } from '../../src/billing/credits.ts';
import {
  boundWindows,
  canonicalTimeZone,
  maxWindows,
  TooManyWindows,
  slotLengthOf,
  UnknownTimeZone,
  type WindowSize,
} from '../../src/usage/time-windows.ts';
import { foldWindows } from './fold-windows.ts';

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

  it('needs slots of a minute or a second where an old zone cuts quarters of an hour', () => {
    // Pacific/Kiritimati was 10:40 behind: its day began at 10:40Z. Europe/Berlin was 53:28 ahead until 1893.
    const day = { size: 'DAY', weekStart: 'MONDAY' } as const;
    const kiritimati = boundWindows({ ...day, timeZone: 'Pacific/Kiritimati' }, noonOf('1975-06-01'));
    expect(kiritimati).toEqual([Date.parse('1975-06-01T10:40Z'), Date.parse('1975-06-02T10:40Z')]);
    expect(slotLengthOf(kiritimati)).toBe(60_000);
    expect(slotLengthOf(boundWindows({ ...day, timeZone: 'Europe/Berlin' }, noonOf('1850-01-01')))).toBe(
      1_000,
    );
    expect(slotLengthOf(boundWindows({ ...day, timeZone: 'Asia/Kathmandu' }, noonOf('2024-01-01')))).toBe(
      900_000,
    );
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
        facts: { size, limit: 5_000 },
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

function noonOf(date: string) {
  const noonMs = Date.parse(`${date}T12:00Z`);
  return { firstMs: noonMs, lastMs: noonMs };
}

function slotAt(from: string, units: number, messageCount = 1, unpricedCount = 0) {
  return {
    fromMs: Date.parse(from),
    totals: { creditsUsed: Credits.fromUnits(units), messageCount, unpricedCount },
  };
}
