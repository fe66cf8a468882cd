import type { Credits } from './credits.ts';
import type { RateCard } from './rate-card.ts';
import type { RateRule } from './rules.ts';

export type { RateRule } from './rules.ts';

/** Where a price comes from: the report's fixed cost, or the message's text. */
export type ChargeKind = 'REPORT' | 'TEXT';

/** One line of a receipt. */
export interface ChargeStep {
  readonly rule: RateRule;
  /** How many were counted (characters, words of all lengths, third vowels), else 1. */
  readonly quantity: number;
  /** What this rule added; negative where it took away. */
  readonly amount: Credits;
  /** The sum of the amounts up to and with this one. */
  readonly runningTotal: Credits;
}

/** A receipt: what a message costs, and why. The amounts of the steps add up to `credits` exactly. */
export interface Charge {
  readonly kind: ChargeKind;
  readonly credits: Credits;
  readonly rateCard: RateCard;
  /** The rules that changed the sum, in their order; `BASE` or `REPORT` always. */
  readonly steps: readonly ChargeStep[];
}
