const dateTime = /^(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}:\d{2})(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})$/;

/** Reads an RFC 3339 time with an offset, in epoch milliseconds; finer fractions are cut off. Null for anything else. */
export function parseDateTime(text: string): number | null {
  const [, date, time, fraction = '', offset] = dateTime.exec(text) ?? [];
  if (date === undefined || time === undefined || offset === undefined) return null;
  const utc = `${date}T${time}`;
  // Date.parse would turn 30 February into 1 March: the date must come back as it was.
  const reprinted = new Date(`${utc}Z`);
  if (Number.isNaN(reprinted.getTime()) || reprinted.toISOString().slice(0, 19) !== utc) return null;
  const ms = Date.parse(`${utc}${fraction.slice(0, 4)}${offset.toUpperCase()}`);
  return Number.isNaN(ms) ? null : ms;
}
