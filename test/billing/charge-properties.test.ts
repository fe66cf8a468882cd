import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chargeText, priceText } from './priced-text.ts';
import { Credits } from '../../src/billing/credits.ts';
import { defaultRateCard } from '../../src/billing/rate-card.ts';
import { priceNaively } from './naive-rating.ts';
import { rateCards } from './random-cards.ts';
import { asciiTexts, texts } from './random-texts.ts';

const ruleOrder = [
  'BASE',
  'CHARACTERS',
  'WORD_LENGTH',
  'THIRD_VOWELS',
  'LENGTH_PENALTY',
  'UNIQUE_WORDS',
  'MINIMUM',
  'PALINDROME',
];

describe('any text under any rate card', () => {
  it('costs the sum of its steps, and each running total is the sum so far', () => {
    fc.assert(
      fc.property(texts, rateCards, (text, card) => {
        const charge = chargeText(text, card);
        let sum = Credits.zero;
        for (const step of charge.steps) {
          sum = sum.plus(step.amount);
          expect(step.runningTotal).toEqual(sum);
        }
        expect(charge.credits).toEqual(sum);
      }),
      { numRuns: 1_000 },
    );
  });

  it('lists each rule at most once, in order, and none that adds nothing but the base', () => {
    fc.assert(
      fc.property(texts, rateCards, (text, card) => {
        const { steps } = chargeText(text, card);
        const places = steps.map(({ rule }) => ruleOrder.indexOf(rule));
        expect(places).toEqual([...new Set(places)].toSorted((a, b) => a - b));
        expect(places[0]).toBe(0);
        expect(steps.slice(1).every(({ amount }) => amount.units !== 0)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it('never costs less than the minimum, and a palindrome never less than its multiple', () => {
    fc.assert(
      fc.property(texts, rateCards, (text, card) => {
        const { credits, steps } = chargeText(text, card);
        const doubled = steps.some(({ rule }) => rule === 'PALINDROME');
        const least = card.minimum.units * (doubled ? card.palindromeFactor : 1);
        expect(credits.units).toBeGreaterThanOrEqual(least);
      }),
      { numRuns: 1_000 },
    );
  });

  it('has the same price with and without its receipt', () => {
    fc.assert(
      fc.property(texts, rateCards, (text, card) => {
        expect(priceText(text, card)).toEqual(chargeText(text, card).credits);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('the second, plain implementation of the rules', () => {
  it('agrees on thousands of texts under the default card', () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(BigInt(priceText(text, defaultRateCard).units)).toBe(priceNaively(text, defaultRateCard));
      }),
      { numRuns: 5_000 },
    );
  });

  it('agrees on thousands of texts under random cards', () => {
    fc.assert(
      fc.property(texts, rateCards, (text, card) => {
        expect(BigInt(priceText(text, card).units)).toBe(priceNaively(text, card));
      }),
      { numRuns: 3_000 },
    );
  });
});

describe('the random texts', () => {
  it.each([
    ['ASCII', asciiTexts],
    ['all', texts],
  ])('meet and miss every rule often enough (%s)', (_, arbitrary) => {
    const sample = fc.sample(arbitrary, { numRuns: 2_000, seed: 20_240_429 });
    const rules = sample.flatMap((text) => chargeText(text, defaultRateCard).steps.map(({ rule }) => rule));
    const rare = ruleOrder.slice(2).filter((rule) => {
      const met = rules.filter((name) => name === rule).length;
      return met < 100 || met > 1_950; // of 2,000
    });
    expect(rare).toEqual([]);
  });
});
