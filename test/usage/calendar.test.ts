import { describe, expect, it } from 'vitest';

import { type CalendarUnit, listBounds, type Weekday } from '../../src/usage/calendar.ts';

describe('days', () => {
  it.each([
    {
      timeZone: 'Europe/Berlin',
      because: 'in spring: 23 hours',
      bounds: ['2024-03-29T23:00Z', '2024-03-30T23:00Z', '2024-03-31T22:00Z', '2024-04-01T22:00Z'],
    },
    {
      timeZone: 'Europe/Berlin',
      because: 'in autumn: 25 hours',
      bounds: ['2024-10-25T22:00Z', '2024-10-26T22:00Z', '2024-10-27T23:00Z', '2024-10-28T23:00Z'],
    },
    {
      timeZone: 'America/New_York',
      because: 'in spring: 23 hours',
      bounds: ['2024-03-09T05:00Z', '2024-03-10T05:00Z', '2024-03-11T04:00Z', '2024-03-12T04:00Z'],
    },
    {
      timeZone: 'America/New_York',
      because: 'in autumn: 25 hours',
      bounds: ['2024-11-02T04:00Z', '2024-11-03T04:00Z', '2024-11-04T05:00Z', '2024-11-05T05:00Z'],
    },
    {
      timeZone: 'Australia/Lord_Howe',
      because: 'in autumn: 24.5 hours',
      bounds: ['2024-04-05T13:00Z', '2024-04-06T13:00Z', '2024-04-07T13:30Z', '2024-04-08T13:30Z'],
    },
    {
      timeZone: 'Australia/Lord_Howe',
      because: 'in spring: 23.5 hours',
      bounds: ['2024-10-04T13:30Z', '2024-10-05T13:30Z', '2024-10-06T13:00Z', '2024-10-07T13:00Z'],
    },
    {
      timeZone: 'Asia/Kathmandu',
      because: '5:45 ahead, over the end of a year',
      bounds: ['2024-12-30T18:15Z', '2024-12-31T18:15Z', '2025-01-01T18:15Z'],
    },
    {
      // 29 December ended at 10:00Z (−10:00), and the 31st began at that instant (+14:00).
      timeZone: 'Pacific/Apia',
      because: 'which skipped 2011-12-30',
      bounds: ['2011-12-28T10:00Z', '2011-12-29T10:00Z', '2011-12-30T10:00Z', '2011-12-31T10:00Z'],
    },
    {
      // 2018-11-04 began at 01:00 −02:00.
      timeZone: 'America/Sao_Paulo',
      because: 'whose midnight did not exist',
      bounds: ['2018-11-03T03:00Z', '2018-11-04T03:00Z', '2018-11-05T02:00Z'],
    },
    {
      // At 00:00 −02:00 it became 23:00 −03:00 of the day before, which so has 25 hours.
      timeZone: 'America/Sao_Paulo',
      because: 'whose clock went back at midnight',
      bounds: ['2019-02-16T02:00Z', '2019-02-17T03:00Z', '2019-02-18T03:00Z'],
    },
    {
      // 7 November began at 00:00 −02:30; a minute later it was 23:01 −03:30 of the 6th again.
      timeZone: 'America/St_Johns',
      because: 'whose clock went back over midnight',
      bounds: ['2010-11-06T02:30Z', '2010-11-07T02:30Z', '2010-11-08T03:30Z'],
    },
  ])('are bounded in $timeZone: $because', ({ timeZone, bounds }) => {
    expect(listAgain('DAY', timeZone, bounds)).toEqual(bounds);
  });
});

describe('hours', () => {
  it.each([
    {
      // 02:00 +02:00 to 03:00, again 02:00 +01:00 to 03:00
      timeZone: 'Europe/Berlin',
      because: 'the repeated hour is a window of its own',
      bounds: ['2024-10-26T23:00Z', '2024-10-27T00:00Z', '2024-10-27T01:00Z', '2024-10-27T02:00Z'],
    },
    {
      // 01:00 −05:00, then 03:00 −04:00
      timeZone: 'America/New_York',
      because: 'the skipped hour makes no window',
      bounds: ['2024-03-10T06:00Z', '2024-03-10T07:00Z', '2024-03-10T08:00Z'],
    },
    {
      // 01:00 +11:00; at 02:00 it became 01:30 +10:30; 02:00 +10:30
      timeZone: 'Australia/Lord_Howe',
      because: 'in autumn: one hour of 90 minutes',
      bounds: ['2024-04-06T13:00Z', '2024-04-06T14:00Z', '2024-04-06T15:30Z', '2024-04-06T16:30Z'],
    },
    {
      // 01:00 +10:30; at 02:00 it became 02:30 +11:00; 03:00 +11:00
      timeZone: 'Australia/Lord_Howe',
      because: 'in spring: one hour of 30 minutes',
      bounds: ['2024-10-05T14:30Z', '2024-10-05T15:30Z', '2024-10-05T16:00Z', '2024-10-05T17:00Z'],
    },
    { timeZone: 'Asia/Kolkata', because: '5:30 ahead', bounds: ['2024-05-01T00:30Z', '2024-05-01T01:30Z'] },
    { timeZone: 'Asia/Kathmandu', because: '5:45 ahead', bounds: ['2024-05-01T00:15Z', '2024-05-01T01:15Z'] },
    {
      timeZone: 'Australia/Eucla',
      because: '8:45 ahead',
      bounds: ['2024-05-01T00:15Z', '2024-05-01T01:15Z'],
    },
    {
      // 00:00 −02:30, a minute later 23:01 −03:30; 00:00 −03:30
      timeZone: 'America/St_Johns',
      because: 'what repeats of an hour belongs to the hour under way',
      bounds: ['2010-11-07T01:30Z', '2010-11-07T02:30Z', '2010-11-07T03:30Z', '2010-11-07T04:30Z'],
    },
  ])('are bounded in $timeZone: $because', ({ timeZone, bounds }) => {
    expect(listAgain('HOUR', timeZone, bounds)).toEqual(bounds);
  });
});

describe('weeks', () => {
  it.each([
    {
      because: 'they begin on Monday, and 30 December 2024 is the Monday of week 1 of 2025',
      timeZone: 'UTC',
      bounds: ['2024-12-23T00:00Z', '2024-12-30T00:00Z', '2025-01-06T00:00Z'],
    },
    {
      because: '2020 had a week 53, from 28 December to 3 January',
      timeZone: 'Europe/Berlin',
      bounds: ['2020-12-20T23:00Z', '2020-12-27T23:00Z', '2021-01-03T23:00Z'],
    },
    {
      because: '167 hours where an hour is skipped',
      timeZone: 'Europe/Berlin',
      bounds: ['2024-03-24T23:00Z', '2024-03-31T22:00Z'],
    },
    {
      because: '169 hours where an hour repeats',
      timeZone: 'Europe/Berlin',
      bounds: ['2024-10-20T22:00Z', '2024-10-27T23:00Z'],
    },
    {
      because: 'the epoch was a Thursday',
      timeZone: 'UTC',
      bounds: ['1969-12-29T00:00Z', '1970-01-05T00:00Z'],
    },
  ])('are bounded in $timeZone: $because', ({ timeZone, bounds }) => {
    expect(listAgain('WEEK', timeZone, bounds)).toEqual(bounds);
  });

  it.each<[Weekday, readonly string[]]>([
    // 1 January 2024 was a Monday; Berlin is an hour ahead then.
    ['MONDAY', ['2023-12-31T23:00Z', '2024-01-07T23:00Z', '2024-01-14T23:00Z']],
    ['TUESDAY', ['2024-01-01T23:00Z', '2024-01-08T23:00Z']],
    ['WEDNESDAY', ['2024-01-02T23:00Z', '2024-01-09T23:00Z']],
    ['THURSDAY', ['2024-01-03T23:00Z', '2024-01-10T23:00Z']],
    ['FRIDAY', ['2024-01-04T23:00Z', '2024-01-11T23:00Z']],
    ['SATURDAY', ['2024-01-05T23:00Z', '2024-01-12T23:00Z']],
    ['SUNDAY', ['2024-01-06T23:00Z', '2024-01-13T23:00Z', '2024-01-20T23:00Z']],
  ])('begin on %s when asked to', (weekStart, bounds) => {
    expect(listAgain('WEEK', 'Europe/Berlin', bounds, weekStart)).toEqual(bounds);
  });

  it('begin on any day before the epoch too', () => {
    // 4 January 1931 was a Sunday.
    const bounds = ['1931-01-04T00:00Z', '1931-01-11T00:00Z'];
    expect(listAgain('WEEK', 'UTC', bounds, 'SUNDAY')).toEqual(bounds);
  });
});

describe('months', () => {
  it.each([
    {
      because: 'over a leap day and a clock change',
      timeZone: 'Europe/Berlin',
      bounds: ['2024-01-31T23:00Z', '2024-02-29T23:00Z', '2024-03-31T22:00Z', '2024-04-30T22:00Z'],
    },
    {
      because: 'over the end of a year',
      timeZone: 'America/New_York',
      bounds: ['2024-12-01T05:00Z', '2025-01-01T05:00Z', '2025-02-01T05:00Z'],
    },
    { because: 'at the epoch', timeZone: 'UTC', bounds: ['1970-01-01T00:00Z', '1970-02-01T00:00Z'] },
    {
      because: 'of 30 days, since it skipped one',
      timeZone: 'Pacific/Apia',
      bounds: ['2011-12-01T10:00Z', '2011-12-31T10:00Z'],
    },
  ])('are bounded in $timeZone: $because', ({ timeZone, bounds }) => {
    expect(listAgain('MONTH', timeZone, bounds)).toEqual(bounds);
  });
});

describe('listBounds', () => {
  const midnightMs = Date.parse('2024-04-28T22:00Z'); // in Berlin
  const days = { unit: 'DAY', timeZone: 'Europe/Berlin', weekStart: 'MONDAY', maxUnits: 2 } as const;

  it('covers a unit that begins at the last instant, and none beyond', () => {
    expect(listBounds({ ...days, firstMs: midnightMs - 1, lastMs: midnightMs - 1 })).toHaveLength(2);
    expect(listBounds({ ...days, firstMs: midnightMs - 1, lastMs: midnightMs })).toHaveLength(3);
    expect(listBounds({ ...days, firstMs: midnightMs, lastMs: midnightMs })).toHaveLength(2);
  });

  it('says null when there are more units than asked for', () => {
    const dayMs = 86_400_000;
    expect(listBounds({ ...days, firstMs: midnightMs, lastMs: midnightMs + 2 * dayMs - 1 })).toHaveLength(3);
    expect(listBounds({ ...days, firstMs: midnightMs, lastMs: midnightMs + 2 * dayMs })).toBeNull();
  });
});

/** Lists the bounds of a span that begins within the first unit and ends with the last, in UTC and to the minute. */
function listAgain(
  unit: CalendarUnit,
  timeZone: string,
  bounds: readonly string[],
  weekStart: Weekday = 'MONDAY',
): string[] {
  const firstMs = Date.parse(bounds[0] ?? '') + 60_000;
  const lastMs = Date.parse(bounds.at(-1) ?? '') - 1;
  const found = listBounds({ unit, timeZone, weekStart, firstMs, lastMs, maxUnits: 100 }) ?? [];
  return found.map((ms) => new Date(ms).toISOString().replace(':00.000Z', 'Z'));
}
