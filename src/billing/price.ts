import type { Charge, ChargeKind, ChargeStep } from './charge.ts';
import { Credits } from './credits.ts';
import type { TextMeasure } from './measure.ts';
import type { RateCard } from './rate-card.ts';
import type { Report, ReportAnswer } from './report.ts';
import { textRules } from './rules.ts';

// The one place that prices. A price is a function of three recorded things: the measure of the message's text, what
// the upstream said of its report, and the rate card. No text is ever read here.

/** What sets a message's price. */
export type PriceSource = { readonly kind: 'REPORT'; readonly report: Report } | { readonly kind: 'TEXT' };

/**
 * Which of the two sets the price; null: nothing does yet. Source: rating rules, "Which price applies".
 * @param answer what the upstream said of the report that the message names; null: it names none.
 */
export function findPriceSource(answer: ReportAnswer | null): PriceSource | null {
  switch (answer?.status) {
    case 'found':
      return { kind: 'REPORT', report: answer.report };
    case 'unread':
      return null;
    case 'missing':
    case undefined:
      return { kind: 'TEXT' };
  }
}

/**
 * What a message costs; null while it is unpriced. For pricing in bulk: `chargeMessage` says why as well.
 * @throws RangeError when a card's extreme prices take a long text's sum beyond exactness.
 */
export function priceMessage(
  measure: TextMeasure,
  answer: ReportAnswer | null,
  card: RateCard,
): Credits | null {
  const source = findPriceSource(answer);
  if (source === null) return null;
  return source.kind === 'REPORT' ? source.report.creditCost : addUp(measure, card, null);
}

/** What a message costs, and why; null while it is unpriced. @throws RangeError as `priceMessage`. */
export function chargeMessage(
  measure: TextMeasure,
  answer: ReportAnswer | null,
  card: RateCard,
): Charge | null {
  const source = findPriceSource(answer);
  if (source === null) return null;
  if (source.kind === 'REPORT') return chargeAtOnce(source.report.creditCost, 'REPORT', card);
  const steps: ChargeStep[] = [];
  const credits = addUp(measure, card, steps);
  return { kind: 'TEXT', credits, rateCard: card, steps };
}

/**
 * A charge of one step, `REPORT` or `BASE`, that holds the whole amount: what a report costs; and what was charged for
 * a text once, by rules that nobody can tell any more.
 */
export function chargeAtOnce(credits: Credits, kind: ChargeKind, card: RateCard): Charge {
  const rule = kind === 'REPORT' ? 'REPORT' : 'BASE';
  return {
    kind,
    credits,
    rateCard: card,
    steps: [{ rule, quantity: 1, amount: credits, runningTotal: credits }],
  };
}

/** Adds up the rules, and writes each that counts into `steps` unless that is null. */
function addUp(measure: TextMeasure, card: RateCard, steps: ChargeStep[] | null): Credits {
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
