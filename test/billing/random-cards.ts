import * as fc from 'fast-check';
import { Credits } from '../../src/billing/credits.ts';
import type { RateCard } from '../../src/billing/rate-card.ts';

// Up to 10 credits with all four decimals, and often 0, which leaves a rule's step out.
const amounts = fc.oneof(
  { weight: 1, arbitrary: fc.constant(Credits.zero) },
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 100_000 }).map((units) => Credits.fromUnits(units)) },
);

/** Valid cards around the size of the default one. */
export const rateCards: fc.Arbitrary<RateCard> = fc.record(
  {
    version: fc.stringMatching(/^[A-Za-z0-9._-]{1,64}$/),
    base: amounts,
    perCharacter: amounts,
    shortWord: amounts,
    mediumWord: amounts,
    longWord: amounts,
    thirdVowel: amounts,
    lengthPenalty: amounts,
    lengthThreshold: fc.integer({ min: 0, max: 150 }),
    uniqueWordsBonus: amounts,
    minimum: amounts,
    palindromeFactor: fc.integer({ min: 1, max: 5 }),
  },
  { noNullPrototype: true },
);
