import { describe, expect, test } from 'vitest';
import { parseTimestamp } from '../../src/upstream/timestamp.ts';

describe('a timestamp', () => {
  test.each([
    ['1970-01-01T00:00:00Z', 0],
    ['1970-01-01T00:00:01.5Z', 1500],
    // 19,842 days after 1970-01-01: 19,842×86,400,000 + (2×3600 + 8×60 + 29)×1000 + 375
    ['2024-04-29T02:08:29.375Z', 1_714_356_509_375],
    ['2024-04-29t02:08:29.375z', 1_714_356_509_375],
    ['2024-04-29T04:08:29.375+02:00', 1_714_356_509_375],
    ['2024-04-28T20:38:29.375-05:30', 1_714_356_509_375],
    ['2024-04-29T02:08:29.375-00:00', 1_714_356_509_375],
    // finer than a millisecond: cut off, not rounded
    ['2024-04-29T02:08:29.375999999Z', 1_714_356_509_375],
    // 2000 and 2024 are leap years
    ['2000-02-29T00:00:00Z', 951_782_400_000],
    ['2024-02-29T00:00:00Z', 1_709_164_800_000],
    ['1969-12-31T23:00:00-01:00', 0],
    ['9999-12-31T23:59:59.999Z', 253_402_300_799_999],
  ])('%s is read', (text, timestampMs) => {
    expect(parseTimestamp(text)).toBe(timestampMs);
  });

  test.each([
    ['no zone', '2024-04-29T02:08:29.375'],
    ['a zone without a colon', '2024-04-29T02:08:29+0200'],
    ['a zone beyond the day', '2024-04-29T02:08:29+24:00'],
    ['a zone of 60 minutes', '2024-04-29T02:08:29+01:60'],
    ['no time', '2024-04-29'],
    ['a space for the T', '2024-04-29 02:08:29Z'],
    ['white space after it', '2024-04-29T02:08:29Z '],
    ['a line break after it', '2024-04-29T02:08:29Z\n'],
    ['30 February', '2024-02-30T00:00:00Z'],
    ['29 February of a common year', '2023-02-29T00:00:00Z'],
    ['29 February of 1900-like 2100', '2100-02-29T00:00:00Z'],
    ['31 April', '2024-04-31T00:00:00Z'],
    ['day 0', '2024-04-00T00:00:00Z'],
    ['month 0', '2024-00-10T00:00:00Z'],
    ['month 13', '2024-13-10T00:00:00Z'],
    ['hour 24', '2024-04-29T24:00:00Z'],
    ['minute 60', '2024-04-29T00:60:00Z'],
    ['a leap second', '2016-12-31T23:59:60Z'],
    ['no digits after the point', '2024-04-29T02:08:29.Z'],
    ['before 1970', '1969-12-31T23:59:59.999Z'],
    ['the year 70, which Date takes for 1970', '0070-01-01T00:00:00Z'],
    ['after 9999, by its zone', '9999-12-31T23:59:59-01:00'],
    ['a year of five digits', '+10000-01-01T00:00:00Z'],
    ['words', 'yesterday'],
    ['nothing', ''],
    ['no end', `2024-04-29T02:08:29.${'1'.repeat(100)}Z`],
  ])('with %s is none', (_, text) => {
    expect(parseTimestamp(text)).toBeNull();
  });
});
