import { Temporal } from 'temporal-polyfill';

/** What divides the local time of a zone. */
export type CalendarUnit = 'HOUR' | 'DAY' | 'WEEK' | 'MONTH';

/** The day on which weeks begin. */
export type Weekday = (typeof weekdays)[number];

/** Which units to bound. */
export interface CalendarSpan {
  readonly unit: CalendarUnit;
  /** Where weeks begin; other units do not ask. */
  readonly weekStart: Weekday;
  /** A name that `Intl` knows. */
  readonly timeZone: string;
  /** An instant of the first unit, in epoch ms. */
  readonly firstMs: number;
  /** An instant of the last unit, in epoch ms, not before `firstMs`. */
  readonly lastMs: number;
  readonly maxUnits: number;
}

/**
 * Lists where the units begin, from the one that holds `firstMs` to the one that holds `lastMs`, and then where that
 * one ends: one bound more than units, ascending, in epoch ms. Null when there are more than `maxUnits`; that is found
 * without walking further.
 *
 * A unit begins where the local clock reads its start, or jumps forward past it. When the clock goes back:
 * - a date that it comes to again does not begin again: days, weeks and months begin once;
 * - an hour whose start it comes to again begins again, so a repeated hour is an hour of its own;
 * - a part of an hour that it repeats belongs to the hour under way.
 */
export function listBounds(span: CalendarSpan): readonly number[] | null {
  const { firstMs, lastMs, maxUnits, timeZone } = span;
  const { indexAt, startOf, lookBackMs, beginsAgain } =
    span.unit === 'WEEK' ? weekCycle(span.weekStart) : cycles[span.unit];
  const bounds: number[] = [];
  let begun = Number.NEGATIVE_INFINITY; // the index of the latest unit that has begun
  // The first bound found is only where the walk sets out; `lookBackMs` makes sure that a true one follows and drops it.
  for (let run = readOffsetRun(timeZone, firstMs - lookBackMs); ; run = readOffsetRun(timeZone, run.toMs)) {
    const localMs = run.fromMs + run.offsetMs;
    if (beginsAgain) begun = Math.min(begun, indexAt(localMs - 1));
    for (let index = Math.max(begun + 1, indexAt(localMs)); ; index += 1) {
      const boundMs = Math.max(run.fromMs, startOf(index) - run.offsetMs);
      if (boundMs >= run.toMs) break;
      begun = index;
      if (boundMs <= firstMs) bounds.length = 0;
      bounds.push(boundMs);
      if (boundMs > lastMs) return bounds;
      if (bounds.length > maxUnits) return null;
    }
  }
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

// The local clock is held as the epoch ms at which a clock in UTC would read the same. Units are numbered along it.
interface Cycle {
  readonly indexAt: (localMs: number) => number;
  /** In local ms. */
  readonly startOf: (index: number) => number;
  /** More than the longest unit and the longest stretch that a clock ever repeated. */
  readonly lookBackMs: number;
  /** Whether a unit begins again when the clock comes to its start again. */
  readonly beginsAgain: boolean;
}

const weekdays = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'] as const;

function weekCycle(weekStart: Weekday): Cycle {
  // The epoch was a Thursday: so many days before, its week began.
  const daysBefore = (weekdays.indexOf('THURSDAY') - weekdays.indexOf(weekStart) + 7) % 7;
  return {
    indexAt: (localMs) => Math.floor((localMs / dayMs + daysBefore) / 7),
    startOf: (index) => (index * 7 - daysBefore) * dayMs,
    lookBackMs: 10 * dayMs,
    beginsAgain: false,
  };
}

const cycles: Readonly<Record<Exclude<CalendarUnit, 'WEEK'>, Cycle>> = {
  HOUR: {
    indexAt: (localMs) => Math.floor(localMs / hourMs),
    startOf: (index) => index * hourMs,
    lookBackMs: 3 * hourMs,
    beginsAgain: true,
  },
  DAY: {
    indexAt: (localMs) => Math.floor(localMs / dayMs),
    startOf: (index) => index * dayMs,
    lookBackMs: 4 * dayMs,
    beginsAgain: false,
  },
  MONTH: {
    indexAt: (localMs) => {
      const local = new Date(localMs);
      return (local.getUTCFullYear() - 1970) * 12 + local.getUTCMonth();
    },
    startOf: (index) => Date.UTC(1970, index),
    lookBackMs: 34 * dayMs,
    beginsAgain: false,
  },
};

interface OffsetRun {
  readonly fromMs: number;
  /** When the clock changes next; Infinity when no change is known. */
  readonly toMs: number;
  /** Local time less UTC. */
  readonly offsetMs: number;
}

function readOffsetRun(timeZone: string, fromMs: number): OffsetRun {
  const from = Temporal.Instant.fromEpochMilliseconds(fromMs).toZonedDateTimeISO(timeZone);
  const change = from.getTimeZoneTransition('next');
  return {
    fromMs,
    toMs: change === null ? Number.POSITIVE_INFINITY : change.epochMilliseconds,
    offsetMs: from.offsetNanoseconds / 1_000_000,
  };
}
