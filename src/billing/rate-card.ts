import { type CardField, cardFields, neutralValue } from './card-fields.ts';
import { Credits, InvalidCredits, parsePrice } from './credits.ts';

type Fields = typeof cardFields;

/** The prices that the text rules use: `card-fields.ts` says what each field is. */
export type RateCard = {
  /** Names the card on receipts and in the ledger: 1 to 64 of A–Z, a–z, 0–9, ".", "_" and "-". */
  readonly version: string;
} & { readonly [Name in keyof Fields]: Fields[Name]['kind'] extends 'amount' ? Credits : number };

/** A rate card as plain JSON, amounts as decimal strings. */
export type EncodedRateCard = Readonly<Record<string, string | number>>;

const fields: readonly (readonly [name: string, field: CardField])[] = Object.entries(cardFields);

/** The format that cards are stored in now: the one that first had the newest field. */
export const cardFormat = Math.max(...fields.map(([, { since }]) => since));

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
 * Reads a rate card from JSON; amounts are decimal strings or JSON numbers. Every field of the first format is needed;
 * those of later ones may be left out, and change no price then.
 * @throws InvalidRateCard with every fault at once, unknown fields too.
 */
export function decodeRateCard(json: unknown): RateCard {
  return readCard(json, { needed: 1, known: cardFormat });
}

/**
 * Reads a card as it was stored in a format, for ever: fields that came later change no price.
 * @throws InvalidRateCard
 */
export function decodeStoredCard(format: number, json: unknown): RateCard {
  return readCard(json, { needed: format, known: format });
}

/** A plain object, safe to keep as JSON, that `decodeStoredCard` reads back in today's format to the same card. */
export function encodeRateCard(card: RateCard): EncodedRateCard {
  const encoded: Record<string, string | number> = {};
  // In one order, so that equal cards make equal texts.
  for (const [name, value] of Object.entries(card).toSorted(byPlace)) {
    encoded[name] = value instanceof Credits ? value.toString() : value;
  }
  return encoded;
}

/** Whether a card can be called so. */
export function isRateCardVersion(text: string): boolean {
  return /^[A-Za-z0-9._-]{1,64}$/.test(text);
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

const places = new Map(['version', ...fields.map(([name]) => name)].map((name, place) => [name, place]));

function byPlace([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return (places.get(a) ?? 0) - (places.get(b) ?? 0);
}

/** A card that is being read: the fields not taken yet, and the faults found so far. */
interface Draft {
  readonly given: Map<string, unknown>;
  readonly faults: string[];
}

/** @param formats up to which one each field is needed, and up to which one it is known. */
function readCard(json: unknown, formats: { readonly needed: number; readonly known: number }): RateCard {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new InvalidRateCard({ faults: ['the rate card must be a JSON object'] });
  }
  const draft: Draft = { given: new Map<string, unknown>(Object.entries(json)), faults: [] };
  const card: Record<string, string | number | Credits> = { version: takeVersion(draft) };
  for (const [name, field] of fields) {
    const isLeftOut = field.since > formats.known || (field.since > formats.needed && !draft.given.has(name));
    card[name] = isLeftOut ? neutralValue(field) : takeValue(draft, name, field);
  }
  // Each field that the card has was taken out above; a misspelt one must not pass as left out.
  for (const name of draft.given.keys()) draft.faults.push(`${name} is not a field of a rate card`);
  if (draft.faults.length > 0 || !isWhole(card)) throw new InvalidRateCard({ faults: draft.faults });
  return Object.freeze(card);
}

function isWhole(card: Record<string, unknown>): card is RateCard {
  return fields.every(([name, { kind }]) =>
    kind === 'amount' ? card[name] instanceof Credits : typeof card[name] === 'number',
  );
}

// The takers below put a stand-in where there is a fault, so that the faults after it are found as well.

function takeValue(draft: Draft, name: string, field: CardField): Credits | number {
  const value = takeField(draft, name);
  if (value === undefined) return neutralValue(field);
  return field.kind === 'amount'
    ? readAmount(draft, name, value, field.max)
    : readWholeNumber(draft, name, value, field);
}

function readAmount(draft: Draft, name: string, value: unknown, max: Credits): Credits {
  try {
    const amount = parsePrice(value);
    if (amount.compare(max) > 0) draft.faults.push(`${name} must not be above ${max.toString()}`);
    return amount;
  } catch (error) {
    if (!(error instanceof InvalidCredits)) throw error;
    draft.faults.push(`${name} ${error.reason}`);
    return Credits.zero;
  }
}

function readWholeNumber(
  draft: Draft,
  name: string,
  value: unknown,
  { min, max }: { readonly min: number; readonly max: number },
): number {
  const fits = typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max;
  if (fits) return value;
  draft.faults.push(`${name} must be an integer from ${min} to ${max}`);
  return min;
}

function takeVersion(draft: Draft): string {
  const value = takeField(draft, 'version');
  if (value === undefined) return '';
  if (typeof value === 'string' && isRateCardVersion(value)) return value;
  draft.faults.push('version must be a string of 1 to 64 letters, digits, ".", "_" or "-"');
  return '';
}

function takeField(draft: Draft, name: string): unknown {
  const value = draft.given.get(name);
  if (value === undefined) draft.faults.push(`${name} is missing`);
  draft.given.delete(name);
  return value;
}
