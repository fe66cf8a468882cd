import { countSteps, isWhole, parseDecimal } from './decimal.ts';
import { ExactNumber } from './exact-json.ts';
import { quoteJson } from './json-value.ts';

const decimalDigits = /^\d+$/;

/** Reads an id: a whole number, or a string of decimal digits; null for all else, and beyond 2^53 - 1. */
export function readId(value: unknown): number | null {
  // + 0 turns a negative zero into the one zero.
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value + 0 : null;
  if (typeof value === 'string' && decimalDigits.test(value)) {
    const id = Number(value);
    return Number.isSafeInteger(id) ? id : null;
  }
  return value instanceof ExactNumber ? readWhole(value.text) : null;
}

/** Why {@link readId} reads none; reads on from the field: `must be a whole number, but is "abc"`. */
export function describeIdProblem(value: unknown): string {
  const rule = isBeyond(value) ? 'must not be beyond 2^53 - 1' : 'must be a whole number';
  return `${rule}, but is ${quoteJson(value)}`;
}

function readWhole(text: string): number | null {
  const number = parseDecimal(text);
  return number === null || !isWhole(number) ? null : (countSteps(number, 0)?.steps ?? null);
}

function isBeyond(value: unknown): boolean {
  if (typeof value === 'string') return decimalDigits.test(value);
  if (typeof value === 'number') return Number.isInteger(value);
  if (!(value instanceof ExactNumber)) return false;
  const number = parseDecimal(value.text);
  return number !== null && isWhole(number);
}
