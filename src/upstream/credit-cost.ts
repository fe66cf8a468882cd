import { Credits } from '../billing/credits.ts';
import { countSteps, parseDecimal } from './decimal.ts';
import { ExactNumber } from './exact-json.ts';
import { quoteJson } from './json-value.ts';

/** What a report costs, as the upstream told it. */
export interface CreditCost {
  /** Rounded half up to 4 decimals. */
  readonly cost: Credits;
  /** What it was before it was rounded, as it was sent; null when nothing was lost. */
  readonly roundedFrom: string | null;
}

/** A `credit_cost` that prices nothing; the message reads on from the field: `must not be negative, but is -1`. */
export class InvalidCost extends Error {
  override readonly name = 'InvalidCost';
}

/**
 * Reads a `credit_cost`: a decimal number, or a string of one, with an exponent or without. Its own decimal digits are
 * rounded, never those of a double. @throws InvalidCost. Source: rating rules, "Upstream facts".
 */
export function readCreditCost(value: unknown): CreditCost {
  const text = typeof value === 'string' || typeof value === 'number' ? String(value) : textOf(value);
  const number = text === null ? null : parseDecimal(text);
  if (text === null || number === null) throw new InvalidCost(`must be a number, but is ${quoteJson(value)}`);
  if (number.isNegative) throw new InvalidCost(`must not be negative, but is ${quoteJson(value)}`);
  const counted = countSteps(number, Credits.decimals);
  if (counted === null || counted.steps > Credits.maxPrice.units) {
    throw new InvalidCost(`must not be above ${Credits.maxPrice.toString()}, but is ${quoteJson(value)}`);
  }
  return {
    cost: Credits.fromUnits(counted.steps),
    roundedFrom: counted.isRounded ? quoteJson(value) : null,
  };
}

function textOf(value: unknown): string | null {
  return value instanceof ExactNumber ? value.text : null;
}
