// English words, and the order of figures that is read the same everywhere.
const locale = 'en-GB';
const credits = new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 4 });
const counts = new Intl.NumberFormat(locale);

/** An exact decimal string as people read it: "2347.35" → "2,347.35". Never goes through a float. */
export function formatCredits(amount: string): string {
  return isDecimal(amount) ? credits.format(amount) : amount;
}

/** A count with separators: 1000000 → "1,000,000". */
export function formatCount(count: number): string {
  return counts.format(count);
}

/** A count and its noun: "1 message", "2 messages". */
export function formatCounted(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** "16-11-2026 09:58". @param time RFC 3339. @param timeZone an IANA name. */
export function formatTime(time: string, timeZone: string): string {
  return `${formatDate(time, timeZone)} ${formatClock(time, timeZone)}`;
}

/** "16-11-2026" */
export function formatDate(time: string, timeZone: string): string {
  const { year, month, day } = partsOf(time, timeZone);
  return `${day}-${month}-${year}`;
}

/** "09:58" */
export function formatClock(time: string, timeZone: string): string {
  const { hour, minute } = partsOf(time, timeZone);
  return `${hour}:${minute}`;
}

/** The local date as addresses write it: "2026-11-16". */
export function localDate(time: string, timeZone: string): string {
  const { year, month, day } = partsOf(time, timeZone);
  return `${year}-${month}-${day}`;
}

/** "Mon" */
export function formatWeekday(time: string, timeZone: string): string {
  return formatterOf(timeZone, { weekday: 'short' }).format(new Date(time));
}

/** "Nov 2026" */
export function formatMonth(time: string, timeZone: string): string {
  return formatterOf(timeZone, { month: 'short', year: 'numeric' }).format(new Date(time));
}

interface TimeParts {
  readonly year: string;
  readonly month: string;
  readonly day: string;
  readonly hour: string;
  readonly minute: string;
}

function partsOf(time: string, timeZone: string): TimeParts {
  const formatter = formatterOf(timeZone, {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    // `hour12: false` would say 24:05.
    hourCycle: 'h23',
  });
  const parts = new Map(formatter.formatToParts(new Date(time)).map(({ type, value }) => [type, value]));
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.get(type) ?? '';
  return {
    year: part('year').padStart(4, '0'),
    month: part('month'),
    day: part('day'),
    hour: part('hour'),
    minute: part('minute'),
  };
}

const formatters = new Map<string, Intl.DateTimeFormat>();

/** Making one costs a hundred times what using it costs. */
function formatterOf(timeZone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${timeZone} ${Object.keys(options).join(' ')}`;
  let formatter = formatters.get(key);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat(locale, { ...options, timeZone });
    formatters.set(key, formatter);
  }
  return formatter;
}

function isDecimal(text: string): text is Intl.StringNumericLiteral {
  return /^-?\d+(\.\d+)?$/.test(text);
}
