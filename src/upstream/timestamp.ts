// RFC 3339, 5.6, with the zone that it demands. Seconds end at 59: no clock here counts leap seconds.
const rfc3339 =
  /^(\d{4})-(\d\d)-(\d\d)[Tt]([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.(\d+))?(?:[Zz]|([+-])([01]\d|2[0-3]):([0-5]\d))$/;
const lastMs = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
const maxTimestampLength = 64;

/**
 * Reads an RFC 3339 timestamp into epoch ms, or says null when it is none, names no real date, or lies outside the
 * years 1970 to 9999 (in UTC). What is finer than a millisecond is cut off.
 */
export function parseTimestamp(text: string): number | null {
  if (text.length > maxTimestampLength) return null;
  const match = rfc3339.exec(text);
  if (match === null) return null;
  const [, yearText, monthText, dayText, hour, minute, second, fraction = '', sign, zoneHour, zoneMinute] =
    match;
  const year = Number(yearText);
  const month = Number(monthText);
  const day = Number(dayText);
  // Date.UTC takes the years 0 to 99 for 1900 to 1999; a zone moves an instant by less than a year.
  if (year < 1969 || month < 1 || month > 12 || day < 1 || day > countDays(year, month)) return null;
  const millisecond = Number(fraction.slice(0, 3).padEnd(3, '0'));
  const localMs = Date.UTC(year, month - 1, day, Number(hour), Number(minute), Number(second), millisecond);
  const zoneMs = sign === undefined ? 0 : (Number(zoneHour) * 60 + Number(zoneMinute)) * 60_000;
  const timestampMs = sign === '-' ? localMs + zoneMs : localMs - zoneMs;
  return timestampMs >= 0 && timestampMs <= lastMs ? timestampMs : null;
}

function countDays(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
