import { Temporal } from 'temporal-polyfill';

import { noUsage, type SlotTotals, type UsageTotals } from '../ledger/reading/sums.ts';
import { type CalendarUnit, listBounds } from './calendar.ts';

/** How long a window is, by the clock and calendar of the caller's time zone. */
export type WindowSize = CalendarUnit;

/** The usage of a stretch of time, half-open [fromMs, toMs) in epoch ms. */
export interface UsageWindow {
  readonly fromMs: number;
  readonly toMs: number;
  readonly totals: UsageTotals;
}

/** What to fold, and into which windows. */
export interface WindowQuery {
  /** Ascending. */
  readonly slots: readonly SlotTotals[];
  readonly size: WindowSize;
  /** An IANA name, in any case. */
  readonly timeZone: string;
  /** The span to cover, in epoch ms, both ends included. Every slot overlaps it. */
  readonly firstMs: number;
  readonly lastMs: number;
}

/** The most windows in one answer. */
export const maxWindows = 5_000;

/**
 * Folds slots into the caller's windows, earliest first: from the window of `firstMs` to that of `lastMs` without a
 * gap, those without messages filled with zeros. The windows always add up to the slots.
 *
 * Days begin at local midnight, or at the day's first instant where midnight does not exist; weeks on Monday; months
 * on the 1st; hours at the full local hour. Where clocks change, days have 23 or 25 hours, and a date that a zone
 * skipped makes no window. A repeated hour is two windows; where clocks go back or forward by half an hour
 * (Australia/Lord_Howe), one hour lasts 90 or 30 minutes. No date begins twice, even where clocks go back over midnight.
 *
 * A slot counts whole in the window in which it starts. That is exact where windows begin on a quarter-hour of UTC, as
 * all do today. The exceptions are old: offsets such as −10:40 (Pacific/Kiritimati until 1979), and hours that begin with
 * a clock change at one minute past the hour (America/St_Johns until 2011, Antarctica/Casey until 2022).
 *
 * @throws UnknownTimeZone
 * @throws TooManyWindows above `maxWindows`
 * @throws RangeError unless `firstMs` ≤ `lastMs`
 */
export function foldWindows({ slots, size, timeZone, firstMs, lastMs }: WindowQuery): readonly UsageWindow[] {
  if (!(firstMs <= lastMs)) throw new RangeError(`Not a span of time: ${firstMs} to ${lastMs}`);
  const zone = canonicalTimeZone(timeZone);
  if (zone === null) throw new UnknownTimeZone({ timeZone });
  const bounds = listBounds({
    unit: size,
    timeZone: zone,
    // The first slot may start before the first message, and in an old zone even in an earlier window.
    firstMs: Math.min(firstMs, slots[0]?.fromMs ?? firstMs),
    lastMs: Math.max(lastMs, slots.at(-1)?.fromMs ?? lastMs),
    maxUnits: maxWindows,
  });
  if (bounds === null) throw new TooManyWindows({ size, limit: maxWindows });
  return foldBetween(bounds, slots);
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

/** The span holds more windows of this size than one answer may have. */
export class TooManyWindows extends Error {
  override readonly name = 'TooManyWindows';
  readonly size: WindowSize;
  readonly limit: number;

  constructor(facts: { readonly size: WindowSize; readonly limit: number }, options?: ErrorOptions) {
    const larger = facts.size === 'MONTH' ? '' : 'a larger window size or ';
    super(
      `More than ${facts.limit} windows of size ${facts.size}: ask for ${larger}a narrower filter.timestamp`,
      options,
    );
    this.size = facts.size;
    this.limit = facts.limit;
  }
}

// What IANA allows in a name, so that neither an offset nor a text of any length gets further. The longest has 32 characters.
const zoneName = /^[A-Za-z][A-Za-z0-9_+/-]{1,63}$/;

function foldBetween(bounds: readonly number[], slots: readonly SlotTotals[]): readonly UsageWindow[] {
  const windows: UsageWindow[] = [];
  let slotIndex = 0;
  for (const [index, fromMs] of bounds.entries()) {
    const toMs = bounds[index + 1];
    if (toMs === undefined) break; // the last bound begins no window
    let totals = noUsage;
    for (let slot = slots[slotIndex]; slot !== undefined && slot.fromMs < toMs; slot = slots[slotIndex]) {
      totals = addTotals(totals, slot.totals);
      slotIndex += 1;
    }
    windows.push({ fromMs, toMs, totals });
  }
  return windows;
}

/** The sum of two. */
export function addTotals(a: UsageTotals, b: UsageTotals): UsageTotals {
  return {
    creditsUsed: a.creditsUsed.plus(b.creditsUsed),
    messageCount: a.messageCount + b.messageCount,
    unpricedCount: a.unpricedCount + b.unpricedCount,
  };
}
