import { Credits, InvalidCredits, parsePrice } from './credits.ts';

/**
 * The prices that the text rules use. No amount is negative; those for each of something are at most 1,000 credits and
 * the others at most 1,000,000, so that the price of the longest text stays exact.
 */
export interface RateCard {
  /** Names the card on receipts and in the ledger: 1 to 64 of A–Z, a–z, 0–9, ".", "_" and "-". */
  readonly version: string;
  readonly base: Credits;
  readonly perCharacter: Credits;
  /** For each word of 1 to 3 characters. */
  readonly shortWord: Credits;
  /** For each word of 4 to 7 characters. */
  readonly mediumWord: Credits;
  /** For each word of 8 or more characters. */
  readonly longWord: Credits;
  readonly thirdVowel: Credits;
  readonly lengthPenalty: Credits;
  /** In characters; a text that is longer pays the penalty. 0 to 1,000,000. */
  readonly lengthThreshold: number;
  /** Positive here, and taken off the sum. */
  readonly uniqueWordsBonus: Credits;
  readonly minimum: Credits;
  /** What a palindrome's sum is multiplied by; 1 to 100. */
  readonly palindromeFactor: number;
}

/** A rate card as plain JSON, amounts as decimal strings. */
export type EncodedRateCard = {
  readonly [Field in keyof RateCard]: RateCard[Field] extends Credits ? string : RateCard[Field];
};

const maxForEach = Credits.parse('1000');
const maxAtOnce = Credits.parse('1000000');

/** The built-in prices. Source: rating rules, "Text rules, in this order". */
export const defaultRateCard: RateCard = decodeRateCard({
  version: 'default-1',
  base: '1',
  perCharacter: '0.05',
  shortWord: '0.1',
  mediumWord: '0.2',
  longWord: '0.3',
  thirdVowel: '0.3',
  lengthPenalty: '5',
  lengthThreshold: 100,
  uniqueWordsBonus: '2',
  minimum: '1',
  palindromeFactor: 2,
});

/**
 * Reads a rate card from JSON; amounts are decimal strings or JSON numbers, and every field is needed.
 * @throws InvalidRateCard with every fault at once, unknown fields too.
 */
export function decodeRateCard(json: unknown): RateCard {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new InvalidRateCard({ faults: ['the rate card must be a JSON object'] });
  }
  const draft: Draft = { fields: new Map<string, unknown>(Object.entries(json)), faults: [] };
  const card: RateCard = {
    version: takeVersion(draft),
    base: takeAmount(draft, 'base', maxAtOnce),
    perCharacter: takeAmount(draft, 'perCharacter', maxForEach),
    shortWord: takeAmount(draft, 'shortWord', maxForEach),
    mediumWord: takeAmount(draft, 'mediumWord', maxForEach),
    longWord: takeAmount(draft, 'longWord', maxForEach),
    thirdVowel: takeAmount(draft, 'thirdVowel', maxForEach),
    lengthPenalty: takeAmount(draft, 'lengthPenalty', maxAtOnce),
    lengthThreshold: takeInteger(draft, 'lengthThreshold', { min: 0, max: 1_000_000 }),
    uniqueWordsBonus: takeAmount(draft, 'uniqueWordsBonus', maxAtOnce),
    minimum: takeAmount(draft, 'minimum', maxAtOnce),
    palindromeFactor: takeInteger(draft, 'palindromeFactor', { min: 1, max: 100 }),
  };
  // Each field that the card has was taken out above; a misspelt one must not pass as left out.
  for (const name of draft.fields.keys()) draft.faults.push(`${name} is not a field of a rate card`);
  if (draft.faults.length > 0) throw new InvalidRateCard({ faults: draft.faults });
  return Object.freeze(card);
}

/** Whether a card can be called so. */
export function isRateCardVersion(text: string): boolean {
  return /^[A-Za-z0-9._-]{1,64}$/.test(text);
}

/** A plain object, safe to keep as JSON, that `decodeRateCard` reads back to the same card. */
export function encodeRateCard(card: RateCard): EncodedRateCard {
  return {
    version: card.version,
    base: card.base.toString(),
    perCharacter: card.perCharacter.toString(),
    shortWord: card.shortWord.toString(),
    mediumWord: card.mediumWord.toString(),
    longWord: card.longWord.toString(),
    thirdVowel: card.thirdVowel.toString(),
    lengthPenalty: card.lengthPenalty.toString(),
    lengthThreshold: card.lengthThreshold,
    uniqueWordsBonus: card.uniqueWordsBonus.toString(),
    minimum: card.minimum.toString(),
    palindromeFactor: card.palindromeFactor,
  };
}

/** A rate card that cannot be used, with everything that is wrong with it. */
export class InvalidRateCard extends Error {
  override readonly name = 'InvalidRateCard';
  /** One sentence a fault; each begins with the field's name. */
  readonly faults: readonly string[];

  constructor(facts: { readonly faults: readonly string[] }, options?: ErrorOptions) {
    super(`Invalid rate card: ${facts.faults.join('; ')}`, options);
    this.faults = facts.faults;
  }
}

/** A card that is being read: the fields not taken yet, and the faults found so far. */
interface Draft {
  readonly fields: Map<string, unknown>;
  readonly faults: string[];
}

// The takers below put a stand-in where there is a fault, so that the faults after it are found as well.

function takeAmount(draft: Draft, name: keyof RateCard, most: Credits): Credits {
  const value = takeField(draft, name);
  if (value === undefined) return Credits.zero;
  try {
    const amount = parsePrice(value);
    if (amount.compare(most) > 0) draft.faults.push(`${name} must not be above ${most.toString()}`);
    return amount;
  } catch (error) {
    if (!(error instanceof InvalidCredits)) throw error;
    draft.faults.push(`${name} ${error.reason}`);
    return Credits.zero;
  }
}

function takeInteger(draft: Draft, name: keyof RateCard, range: { min: number; max: number }): number {
  const value = takeField(draft, name);
  if (value === undefined) return range.min;
  const fits =
    typeof value === 'number' && Number.isInteger(value) && value >= range.min && value <= range.max;
  if (fits) return value;
  draft.faults.push(`${name} must be an integer from ${range.min} to ${range.max}`);
  return range.min;
}

function takeVersion(draft: Draft): string {
  const value = takeField(draft, 'version');
  if (value === undefined) return '';
  if (typeof value === 'string' && isRateCardVersion(value)) return value;
  draft.faults.push('version must be a string of 1 to 64 letters, digits, ".", "_" or "-"');
  return '';
}

function takeField(draft: Draft, name: keyof RateCard): unknown {
  const value = draft.fields.get(name);
  if (value === undefined) draft.faults.push(`${name} is missing`);
  draft.fields.delete(name);
  return value;
}
