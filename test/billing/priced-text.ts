import type { Charge } from '../../src/billing/charge.ts';
import type { Credits } from '../../src/billing/credits.ts';
import { chargeMessage, priceMessage } from '../../src/billing/price.ts';
import type { RateCard } from '../../src/billing/rate-card.ts';
import { measureText } from '../../src/billing/text-measure.ts';

/** What a message without a report costs. */
export function priceText(text: string, card: RateCard): Credits {
  const credits = priceMessage(measureText(text), null, card);
  if (credits === null) throw new Error('a message without a report is always priced');
  return credits;
}

/** The receipt of a message without a report. */
export function chargeText(text: string, card: RateCard): Charge {
  const charge = chargeMessage(measureText(text), null, card);
  if (charge === null) throw new Error('a message without a report is always priced');
  return charge;
}
