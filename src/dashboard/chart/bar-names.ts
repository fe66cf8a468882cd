import { formatClock, formatDate, formatMonth, formatWeekday } from '../format.ts';
import type { Span } from '../url/view.ts';

/** What stands under a bar, in one or two short lines. */
export function shortName(unit: Span['unit'], from: string, timeZone: string): readonly string[] {
  const dayAndMonth = formatDate(from, timeZone).slice(0, 5);
  switch (unit) {
    case 'hour':
      return [formatClock(from, timeZone)];
    case 'day':
      return [formatWeekday(from, timeZone), dayAndMonth];
    case 'week':
      return [dayAndMonth];
    case 'month':
      return formatMonth(from, timeZone).split(' ');
    default:
      return unit satisfies never;
  }
}

/** A bar's name in full. */
export function longName(unit: Span['unit'], from: string, to: string, timeZone: string): string {
  switch (unit) {
    case 'hour':
      return `${formatDate(from, timeZone)}, ${formatClock(from, timeZone)} to ${formatClock(to, timeZone)}`;
    case 'day':
      return `${formatWeekday(from, timeZone)} ${formatDate(from, timeZone)}`;
    case 'week':
      return `Week of ${formatWeekday(from, timeZone)} ${formatDate(from, timeZone)}`;
    case 'month':
      return formatMonth(from, timeZone);
    default:
      return unit satisfies never;
  }
}
