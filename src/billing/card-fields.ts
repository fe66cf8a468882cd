import { Credits } from './credits.ts';

const maxForEach = Credits.parse('1000');
const maxAtOnce = Credits.parse('1000000');

/** What a field of a rate card may hold. */
export type CardField = {
  /** The format of stored cards that first had it. In cards of older formats it is what changes no price. */
  readonly since: number;
} & (
  | { readonly kind: 'amount'; readonly max: Credits }
  | { readonly kind: 'wholeNumber'; readonly min: number; readonly max: number }
);

/**
 * The fields of a rate card, which are the prices that the text rules use. No amount is negative; those for each of
 * something are at most 1,000 credits and the others at most 1,000,000, so that the price of the longest text stays
 * exact. A field that charged once never changes its meaning and never goes: receipts are worked out from it for ever.
 */
export const cardFields = {
  base: { kind: 'amount', since: 1, max: maxAtOnce },
  perCharacter: { kind: 'amount', since: 1, max: maxForEach },
  /** For each word of 1 to 3 characters. */
  shortWord: { kind: 'amount', since: 1, max: maxForEach },
  /** For each word of 4 to 7 characters. */
  mediumWord: { kind: 'amount', since: 1, max: maxForEach },
  /** For each word of 8 or more characters. */
  longWord: { kind: 'amount', since: 1, max: maxForEach },
  thirdVowel: { kind: 'amount', since: 1, max: maxForEach },
  lengthPenalty: { kind: 'amount', since: 1, max: maxAtOnce },
  /** In characters; a text that is longer pays the penalty. */
  lengthThreshold: { kind: 'wholeNumber', since: 1, min: 0, max: 1_000_000 },
  /** Positive here, and taken off the sum. */
  uniqueWordsBonus: { kind: 'amount', since: 1, max: maxAtOnce },
  minimum: { kind: 'amount', since: 1, max: maxAtOnce },
  /** What a palindrome's sum is multiplied by. */
  palindromeFactor: { kind: 'wholeNumber', since: 1, min: 1, max: 100 },
} as const satisfies Readonly<Record<string, CardField>>;

/** What a field holds where nothing was said of it: the value that changes no price. */
export function neutralValue(field: CardField): Credits | number {
  return field.kind === 'amount' ? Credits.zero : field.min;
}
