import { measureAsciiText } from './ascii-text.ts';
import { Credits } from './credits.ts';
import type { RateCard } from './rate-card.ts';
import type { Report } from './report.ts';
import { textRules } from './rules.ts';
import type { RateRule } from './rules.ts';
import { measureUnicodeText } from './unicode-text.ts';

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

/** Charges a message that produced `report`: its fixed cost, whatever the text. */
export function chargeReport(report: Report, card: RateCard): Charge {
  const credits = report.creditCost;
  const step: ChargeStep = { rule: 'REPORT', quantity: 1, amount: credits, runningTotal: credits };
  return { kind: 'REPORT', credits, rateCard: card, steps: [step] };
}

/**
 * Charges a message without a report by its text.
 * @throws RangeError when a card's extreme prices take a long text's sum beyond exactness.
 */
export function chargeText(text: string, card: RateCard): Charge {
  const steps: ChargeStep[] = [];
  const credits = applyTextRules(text, card, steps);
  return { kind: 'TEXT', credits, rateCard: card, steps };
}

/** The `credits` of `chargeText` without its steps, for pricing in bulk. @throws RangeError as `chargeText`. */
export function priceText(text: string, card: RateCard): Credits {
  return applyTextRules(text, card, null);
}

/** Adds up the rules, and writes each that counts into `steps` unless that is null. */
function applyTextRules(text: string, card: RateCard, steps: ChargeStep[] | null): Credits {
  const measure = measureAsciiText(text) ?? measureUnicodeText(text);
  let sumUnits = 0;
  for (const rule of textRules) {
    const amountUnits = rule.rate(measure, card, sumUnits);
    sumUnits += amountUnits;
    // Checked at each step: a later bonus could bring a sum that has lost digits back into range.
    if (!Number.isSafeInteger(sumUnits)) throw new RangeError(`Price beyond exactness at ${rule.name}`);
    if (steps !== null && (amountUnits !== 0 || rule.name === 'BASE')) {
      steps.push({
        rule: rule.name,
        quantity: rule.count(measure),
        amount: Credits.fromUnits(amountUnits),
        runningTotal: Credits.fromUnits(sumUnits),
      });
    }
  }
  return Credits.fromUnits(sumUnits);
}
