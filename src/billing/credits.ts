const decimals = 4;
const unitsPerCredit = 10 ** decimals;
const recentBits = 12;
// 2^32 over the golden ratio: spreads amounts, which are multiples of a few hundred units, over all slots.
const multiplier = 0x9e3779b1;
// As JSON spells a number, but without an exponent and with no more decimals than a unit has.
const plainDecimal = /^(-?(?:0|[1-9]\d*))(?:\.(\d{1,4}))?$/;

/**
 * An exact amount of credits: whole units of 1/10,000 credit in a safe integer, so that sums never drift.
 * Immutable. Every operation throws a RangeError rather than leave the safe integers.
 */
export class Credits {
  static readonly zero = new Credits(0);
  /** How many decimals an amount has at most. */
  static readonly decimals = decimals;
  /** Amounts made lately. Most texts cost what others cost: their prices need no object of their own. */
  static readonly #recent: (Credits | undefined)[] = Array.from({ length: 2 ** recentBits });
  /** The largest single price accepted (a report's cost, an amount of a rate card), so that sums stay exact. */
  static readonly maxPrice = new Credits(1_000_000_000 * unitsPerCredit);

  /** In units of 1/10,000 credit; always a safe integer. */
  readonly units: number;

  private constructor(units: number) {
    this.units = units;
  }

  /**
   * Reads a plain decimal such as "0.05", "79" or "-2", with 4 decimals at most.
   * @throws InvalidCredits on anything else: exponents, a plus sign, white space, sizes beyond exactness.
   */
  static parse(text: string): Credits {
    const match = plainDecimal.exec(text);
    if (match === null) {
      throw new InvalidCredits({ text, reason: 'must be a plain decimal with at most 4 decimals' });
    }
    const [, whole = '', fraction = ''] = match;
    // The digits of the units themselves are read, so no binary fraction ever arises.
    const units = Number(whole + fraction.padEnd(decimals, '0'));
    if (!Number.isSafeInteger(units)) throw new InvalidCredits({ text, reason: 'is too large to be exact' });
    return Credits.fromUnits(units);
  }

  /** @throws RangeError unless `units` is a safe integer. */
  static fromUnits(units: number): Credits {
    if (!Number.isSafeInteger(units)) throw new RangeError(`Not a whole, exact number of units: ${units}`);
    const slot = Math.imul(units, multiplier) >>> (32 - recentBits);
    const recent = Credits.#recent[slot];
    if (recent?.units === units) return recent;
    return (Credits.#recent[slot] = new Credits(units + 0)); // -0 + 0 is 0: there is one zero
  }

  plus(other: Credits): Credits {
    return Credits.fromUnits(this.units + other.units);
  }

  /** Negative, 0 or positive, as `Array.prototype.sort` wants it. */
  compare(other: Credits): number {
    return this.units - other.units;
  }

  isNegative(): boolean {
    return this.units < 0;
  }

  /** Exact, with at least two decimals and no more than needed: "5.20", "0.0525", "-0.45". */
  toString(): string {
    const sign = this.isNegative() ? '-' : '';
    const units = Math.abs(this.units);
    const rest = units % unitsPerCredit;
    const whole = (units - rest) / unitsPerCredit;
    // Most amounts have two decimals.
    if (rest % 100 === 0) return `${sign}${whole}.${rest < 1_000 ? '0' : ''}${rest / 100}`;
    return `${sign}${whole}.${String(rest).padStart(4, '0').replace(/0$/, '')}`;
  }

  /** The nearest double, for a JSON number: 5.2, 79. It prints exactly up to 500 billion credits. */
  toNumber(): number {
    return this.units / unitsPerCredit;
  }
}

/**
 * Reads a price, as a report or a rate card names it: a JSON number or a decimal string.
 * @throws InvalidCredits when it is neither, is negative, is above `Credits.maxPrice` or has more than 4 decimals.
 */
export function parsePrice(value: unknown): Credits {
  if (typeof value !== 'number' && typeof value !== 'string') {
    const text = value === null ? 'null' : typeof value;
    throw new InvalidCredits({ text, reason: 'must be a number or a decimal string' });
  }
  // A number's shortest text is the decimal that its sender wrote, for any price within the limits below.
  const text = String(value);
  const price = Credits.parse(text);
  if (price.isNegative()) throw new InvalidCredits({ text, reason: 'must not be negative' });
  if (price.compare(Credits.maxPrice) > 0) {
    throw new InvalidCredits({ text, reason: `must not be above ${Credits.maxPrice.toString()}` });
  }
  return price;
}

/** A text or value that is no amount of credits, and the reason. */
export class InvalidCredits extends Error {
  override readonly name = 'InvalidCredits';
  /** What was given; for a value that is neither text nor number, its type. */
  readonly text: string;
  /** Reads on from the name of the field: "must not be negative". */
  readonly reason: string;

  constructor(facts: { readonly text: string; readonly reason: string }, options?: ErrorOptions) {
    // Shortened, as the text may be as long as its sender likes.
    super(`Invalid credits ${JSON.stringify(facts.text.slice(0, 40))}: ${facts.reason}`, options);
    this.text = facts.text;
    this.reason = facts.reason;
  }
}
