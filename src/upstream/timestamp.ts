// RFC 3339, 5.6, and the common forms of ISO 8601 beside it: a space for the T, a comma for the point, an offset without
// its colon or its minutes.
const dateTime =
  /^(\d{4})-(\d\d)-(\d\d)[Tt ]([01]\d|2[0-3]):([0-5]\d):([0-5]\d|60)(?:[.,](\d+))?(?:[Zz]|([+-])([01]\d|2[0-3])(?::?([0-5]\d))?)$/;
const firstMs = Date.parse('0001-01-01T00:00:00Z');
const lastMs = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
// The calendar repeats after 400 years.
const cycleYears = 400;
const cycleMs = 146_097 * 86_400_000;
/** The longest timestamp, in UTF-16 code units: a thousand digits of a second say more than any clock. */
const maxTimestampLength = 1024;

/**
 * Reads a timestamp with its zone into epoch ms, or says null when it is none, names no real time, or lies outside the
 * years 1 to 9999 (in UTC). What is finer than a millisecond is cut off. A leap second counts as the second after it,
 * as in POSIX. Source: rating rules, "Upstream facts".
 */
export function parseTimestamp(text: string): number | null {
  if (text.length > maxTimestampLength) return null;
  const match = dateTime.exec(text);
  if (match === null) return null;
  const [, yearText, monthText, dayText, hour, minute, second, fraction = '', sign, zoneHour, zoneMinute] =
    match;
  const year = Number(yearText);
  const month = Number(monthText);
  const day = Number(dayText);
  if (month < 1 || month > 12 || day < 1 || day > countDays(year, month)) return null;
  const millisecond = Number(fraction.slice(0, 3).padEnd(3, '0'));
  // Date.UTC takes the years 0 to 99 for 1900 to 1999.
  const localMs =
    Date.UTC(year + cycleYears, month - 1, day, Number(hour), Number(minute), Number(second), millisecond) -
    cycleMs;
  const zoneMs = sign === undefined ? 0 : (Number(zoneHour) * 60 + Number(zoneMinute ?? 0)) * 60_000;
  const timestampMs = sign === '-' ? localMs + zoneMs : localMs - zoneMs;
  if (second === '60' && !mayFollowLeapSecond(timestampMs)) return null;
  return timestampMs >= firstMs && timestampMs <= lastMs ? timestampMs : null;
}

/** Leap seconds come at the end of a month in UTC. */
function mayFollowLeapSecond(timestampMs: number): boolean {
  const time = new Date(timestampMs);
  return (
    time.getUTCDate() === 1 &&
    time.getUTCHours() === 0 &&
    time.getUTCMinutes() === 0 &&
    time.getUTCSeconds() === 0
  );
}

function countDays(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
