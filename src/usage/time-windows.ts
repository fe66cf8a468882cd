import { Temporal } from 'temporal-polyfill';

import { slotMs } from '../ledger/reading/slots.ts';
import { type CalendarUnit, listBounds, type Weekday } from './calendar.ts';

/** How long a window is, by the clock and calendar of the caller's time zone. */
export type WindowSize = CalendarUnit;

/** The caller's clock and calendar, which cut time into windows. */
export interface WindowCut {
  readonly size: WindowSize;
  /** An IANA name, in any case. */
  readonly timeZone: string;
  /** Where windows of a week begin. */
  readonly weekStart: Weekday;
}

/** The span that windows cover, in epoch ms, both ends included. */
export interface TimeSpan {
  readonly firstMs: number;
  readonly lastMs: number;
}

/** The most windows in one answer. */
export const maxWindows = 5_000;

/**
 * Lists where the caller's windows begin, from the one that holds the span's first moment to the one that holds its last,
 * and then where that one ends: one bound more than windows, ascending, in epoch ms.
 *
 * Days begin at local midnight, or at the day's first instant where midnight does not exist; weeks on `weekStart`; months
 * on the 1st; hours at the full local hour. Where clocks change, days have 23 or 25 hours, and a date that a zone
 * skipped makes no window. A repeated hour is two windows; where clocks go back or forward by half an hour
 * (Australia/Lord_Howe), one hour lasts 90 or 30 minutes. No date begins twice, even where clocks go back over midnight.
 *
 * @throws UnknownTimeZone
 * @throws TooManyWindows above `maxWindows`
 * @throws RangeError unless `firstMs` ≤ `lastMs`
 */
export function boundWindows(
  { size, timeZone, weekStart }: WindowCut,
  { firstMs, lastMs }: TimeSpan,
): readonly number[] {
  if (!(firstMs <= lastMs)) throw new RangeError(`Not a span of time: ${firstMs} to ${lastMs}`);
  const zone = canonicalTimeZone(timeZone);
  if (zone === null) throw new UnknownTimeZone({ timeZone });
  const span = { timeZone: zone, weekStart, firstMs, lastMs, maxUnits: maxWindows };
  const bounds = listBounds({ ...span, unit: size });
  if (bounds === null) throw new TooManyWindows({ size, limit: maxWindows });
  return bounds;
}

/**
 * The longest slots that fit between bounds, so that the ledger adds up as much as it can: a quarter of an hour always
 * fits, except in zones of old with offsets such as −10:40 (Pacific/Kiritimati until 1979), and where a clock changed at
 * one minute past the hour (America/St_Johns until 2011).
 */
export function slotLengthOf(bounds: readonly number[]): number {
  const fits = (lengthMs: number): boolean => bounds.every((bound) => bound % lengthMs === 0);
  return [86_400_000, 3_600_000, slotMs, 60_000, 1_000].find(fits) ?? 1;
}

/** Something of a slot of time, by where the slot begins in epoch ms. */
export interface SlotPart {
  readonly fromMs: number;
}

/**
 * Deals out slots to the windows in which they begin.
 * @param bounds as {@link boundWindows} lists them.
 * @param slots ascending, of a length that {@link slotLengthOf} gives for the bounds. Every one lies within them.
 */
export function dealOut<Slot extends SlotPart>(
  bounds: readonly number[],
  slots: readonly Slot[],
): readonly { readonly fromMs: number; readonly toMs: number; readonly slots: readonly Slot[] }[] {
  let next = 0;
  return bounds.slice(0, -1).map((fromMs, index) => {
    const toMs = bounds[index + 1] ?? fromMs;
    const first = next;
    while ((slots[next]?.fromMs ?? toMs) < toMs) next += 1;
    return { fromMs, toMs, slots: slots.slice(first, next) };
  });
}

/**
 * Spells an IANA time zone as IANA does ("europe/berlin" → "Europe/Berlin"). An old name stays itself, since its user
 * chose it. Null for anything else: unknown names, and offsets such as "+02:00", which name no zone.
 */
export function canonicalTimeZone(name: string): string | null {
  if (!zoneName.test(name)) return null;
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name).timeZoneId;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** A text that names no IANA time zone. */
export class UnknownTimeZone extends Error {
  override readonly name = 'UnknownTimeZone';
  readonly timeZone: string;

  constructor(facts: { readonly timeZone: string }, options?: ErrorOptions) {
    // Shortened, as the text may be as long as its sender likes.
    const shown = JSON.stringify(facts.timeZone.slice(0, 40));
    super(`Unknown time zone ${shown}: give an IANA name such as "Europe/Berlin"`, options);
    this.timeZone = facts.timeZone;
  }
}

/** What is known of an answer that would have too many windows. */
export interface TooManyWindowsFacts {
  readonly size: WindowSize;
  readonly limit: number;
  /** The messages that the windows would reach from and to: one with a wrong date is the usual reason. */
  readonly ends?: readonly { readonly id: number; readonly timestamp: string }[];
}

/** The span holds more windows of this size than one answer may have. */
export class TooManyWindows extends Error {
  override readonly name = 'TooManyWindows';
  readonly facts: TooManyWindowsFacts;

  constructor(facts: TooManyWindowsFacts, options?: ErrorOptions) {
    const larger = facts.size === 'MONTH' ? '' : 'a larger window size or ';
    const ends = facts.ends?.map(({ id, timestamp }) => `${timestamp} (id ${id})`) ?? [];
    const dates = ends.length === 0 ? '' : `; the messages are dated from ${ends.join(' to ')}`;
    super(
      `More than ${facts.limit} windows of size ${facts.size}: ask for ${larger}a narrower filter.timestamp${dates}`,
      options,
    );
    this.facts = facts;
  }
}

// What IANA allows in a name, so that neither an offset nor a text of any length gets further. The longest has 32 characters.
const zoneName = /^[A-Za-z][A-Za-z0-9_+/-]{1,63}$/;
