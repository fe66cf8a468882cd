import { ExactNumber } from './exact-json.ts';

const maxQuoted = 40;

/** Whether a value of the upstream's JSON is an object with fields. */
export function isJsonObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber)
  );
}

/** A value of the upstream's JSON for a log line: numbers with the digits sent, long ones and long texts cut. */
export function quoteJson(value: unknown): string {
  if (value === undefined) return 'missing';
  if (Array.isArray(value)) return 'a list';
  if (value instanceof ExactNumber) {
    return value.text.length > maxQuoted ? `${value.text.slice(0, maxQuoted)}…` : value.text;
  }
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return String(value);
  if (typeof value !== 'string') return 'an object';
  // Cut before it is quoted: the value may be megabytes long.
  return value.length > maxQuoted
    ? `${JSON.stringify(value.slice(0, maxQuoted).toWellFormed())}…`
    : JSON.stringify(value);
}
