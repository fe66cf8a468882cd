import { z } from 'zod';

import { decodeRateCard, InvalidRateCard, type RateCard } from './billing/rate-card.ts';

/** What a file of a rate card holds. */
export const rateCardContent = z.unknown().transform((json, context): RateCard => {
  try {
    return decodeRateCard(json);
  } catch (error) {
    if (!(error instanceof InvalidRateCard)) throw error;
    for (const message of error.faults) context.addIssue({ code: 'custom', message });
    return z.NEVER;
  }
});
