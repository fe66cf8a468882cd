import { describe, expect, it } from 'vitest';
import { chargeMessage, findPriceSource, priceMessage } from '../../src/billing/price.ts';
import { measureText } from '../../src/billing/text-measure.ts';
import { chargeText, priceText } from './priced-text.ts';
import type { Charge } from '../../src/billing/charge.ts';
import { Credits } from '../../src/billing/credits.ts';
import { defaultRateCard } from '../../src/billing/rate-card.ts';
import type { RateCard } from '../../src/billing/rate-card.ts';

describe('the price of a text', () => {
  it.each([
    // 1 + 58×0.05 + (4×0.1 + 0.2 + 3×0.3) + 6×0.3 − 2
    ['Are there any restrictions on alterations or improvements?', '5.20'],
    ['orbital latibro', '2.10'], // (1 + 15×0.05 + 2×0.2 + 3×0.3 − 2) × 2
    ['aba', '2.00'], // 1 + 3×0.05 + 0.1 + 0.3 − 2 = −0.45, raised to 1, doubled
    ['123', '1.15'], // 1 + 3×0.05: no word, so no bonus
    ['', '1.00'], // the base alone
    ['-', '1.00'], // 1 + 0.05 + 0.1 − 2 = −0.85, raised to 1; nothing alphanumeric, so no palindrome
    ['7', '2.10'], // (1 + 0.05) × 2
    ['ABA', '2.00'], // as aba: neither the vowel nor the palindrome looks at case
    ['1 2-1!', '2.00'], // 1 + 6×0.05 + 0.1 − 2 = −0.6, raised to 1, doubled
    ['the the 12', '2.00'], // 1 + 10×0.05 + 2×0.1 + 0.3: a word occurs twice
    ['The the 12', '1.00'], // the same, but − 2: case counts; raised to 1
    ['bcd bcd', '1.55'], // 1 + 7×0.05 + 2×0.1: 3 characters are short
    ['bcdf bcdf', '1.85'], // 1 + 9×0.05 + 2×0.2: 4 are not
    ['bcdfghj bcdfghj', '2.15'], // 1 + 15×0.05 + 2×0.2: 7 are not long
    ['bcdfghjk bcdfghjk', '2.45'], // 1 + 17×0.05 + 2×0.3: 8 are
    ["it's it's", '2.15'], // 1 + 9×0.05 + 2×0.2 + 0.3: one word with its apostrophe
    ['x_x x-x', '3.30'], // (1 + 7×0.05 + 3×0.1) × 2: _ ends a word, so x occurs twice; x-x is one word
    [`${'1'.repeat(99)}2`, '6.00'], // 1 + 100×0.05
    [`${'1'.repeat(100)}2`, '11.05'], // 1 + 101×0.05 + 5
  ])('of %j is %s', (text, credits) => {
    expect(chargeText(text, defaultRateCard).credits.toString()).toBe(credits);
    expect(priceText(text, defaultRateCard).toString()).toBe(credits);
  });
});

describe('the receipt', () => {
  it('lists every rule that changed the sum, in order', () => {
    expect(listSteps(chargeText('aba', defaultRateCard))).toEqual([
      'BASE 1 1.00 1.00',
      'CHARACTERS 3 0.15 1.15', // 3×0.05
      'WORD_LENGTH 1 0.10 1.25',
      'THIRD_VOWELS 1 0.30 1.55',
      'UNIQUE_WORDS 1 -2.00 -0.45',
      'MINIMUM 1 1.45 1.00', // 1 − −0.45
      'PALINDROME 1 1.00 2.00', // doubled
    ]);
  });

  it('counts words of all lengths, and names the length penalty', () => {
    const text = `it has twelve accountants ${'7'.repeat(80)}`; // 26 + 80 characters
    expect(listSteps(chargeText(text, defaultRateCard))).toEqual([
      'BASE 1 1.00 1.00',
      'CHARACTERS 106 5.30 6.30', // 106×0.05
      'WORD_LENGTH 4 0.70 7.00', // 2×0.1 + 0.2 + 0.3
      'THIRD_VOWELS 2 0.60 7.60', // no. 15 and 18, the a and the o of accountants
      'LENGTH_PENALTY 1 5.00 12.60',
      'UNIQUE_WORDS 1 -2.00 10.60',
    ]);
  });

  it('leaves out what adds nothing', () => {
    expect(listSteps(chargeText('', defaultRateCard))).toEqual(['BASE 1 1.00 1.00']);
  });

  it('lists the base even when it is free', () => {
    const card = { ...defaultRateCard, base: Credits.zero, minimum: Credits.zero };
    expect(listSteps(chargeText('', card))).toEqual(['BASE 1 0.00 0.00']);
  });

  it('names its kind and its rate card', () => {
    expect(chargeText('x', defaultRateCard)).toMatchObject({ kind: 'TEXT', rateCard: defaultRateCard });
  });
});

describe('the order of the rules', () => {
  const card: RateCard = { ...defaultRateCard, minimum: Credits.parse('3'), palindromeFactor: 3 };

  it('raises to the minimum before it multiplies a palindrome', () => {
    // 1 + 3×0.05 + 0.1 + 0.3 − 2 = −0.45, raised to 3, times 3; the other way round it would be 3
    expect(priceText('aba', card).toString()).toBe('9.00');
  });

  it('takes the bonus off before it raises to the minimum', () => {
    // 1 + 3×0.05 + 0.1 + 2.25 = 3.50, − 2 = 1.50, raised to 3; the other way round it would be 1.50
    expect(priceText('abe', { ...card, thirdVowel: Credits.parse('2.25') }).toString()).toBe('3.00');
  });

  it('multiplies the length penalty of a palindrome too', () => {
    // (1 + 3×0.05 + 5) × 3
    expect(priceText('121', { ...card, lengthThreshold: 2 }).toString()).toBe('18.45');
  });

  it('charges no more for a palindrome whose factor is 1', () => {
    expect(listSteps(chargeText('7', { ...defaultRateCard, palindromeFactor: 1 }))).toEqual([
      'BASE 1 1.00 1.00',
      'CHARACTERS 1 0.05 1.05',
    ]);
  });
});

describe('the charge for a report', () => {
  it.each(['79.00', '15.50', '0.00'])('is its cost of %s, in one step', (cost) => {
    const report = { id: 5392, name: 'Tenant Obligations Report', creditCost: Credits.parse(cost) };
    const answer = { status: 'found', report } as const;
    const charge = chargeMessage(measureText('the text is ignored'), answer, defaultRateCard);
    if (charge === null) throw new Error('a message with a report is priced');
    expect(priceMessage(measureText(''), answer, defaultRateCard)).toEqual(report.creditCost);
    expect(charge).toMatchObject({ kind: 'REPORT', credits: report.creditCost, rateCard: defaultRateCard });
    expect(listSteps(charge)).toEqual([`REPORT 1 ${cost} ${cost}`]);
  });
});

describe('the source of a price', () => {
  const report = { id: 1, name: 'Lease Report', creditCost: Credits.parse('79') };

  it.each([
    ['the text when the message names no report', null, { kind: 'TEXT' }],
    ['the text when there is no such report', { status: 'missing' }, { kind: 'TEXT' }],
    ['the report when there is one', { status: 'found', report }, { kind: 'REPORT', report }],
    ['nothing while the report could not be read', { status: 'unread' }, null],
  ] as const)('is %s', (_what, answer, source) => {
    expect(findPriceSource(answer)).toEqual(source);
  });

  it('leaves a message without a price or a receipt while its report could not be read', () => {
    const answer = { status: 'unread' } as const;
    expect(priceMessage(measureText('aba'), answer, defaultRateCard)).toBeNull();
    expect(chargeMessage(measureText('aba'), answer, defaultRateCard)).toBeNull();
  });
});

describe('a sum beyond exactness', () => {
  it('is an error rather than a rounded price', () => {
    const card = { ...defaultRateCard, perCharacter: Credits.maxPrice };
    // 1 + 900×1,000,000,000 + 5; in units that is below 2^53, and with one more character above
    expect(priceText('1'.repeat(899) + '2', card).toString()).toBe('900000000006.00');
    expect(() => priceText('1'.repeat(900) + '2', card)).toThrow(RangeError);
    expect(() => chargeText('1'.repeat(900) + '2', card)).toThrow(RangeError);
  });

  it('is an error even when the bonus would bring it back', () => {
    const { maxPrice } = Credits;
    const card = { ...defaultRateCard, base: maxPrice, perCharacter: maxPrice, uniqueWordsBonus: maxPrice };
    // 901×10^13 units before the bonus are above 2^53, 900×10^13 after it are not
    expect(() => priceText(`a${'1'.repeat(899)}`, card)).toThrow(RangeError);
  });
});

function listSteps(charge: Charge): string[] {
  return charge.steps.map(
    ({ rule, quantity, amount, runningTotal }) =>
      `${rule} ${quantity} ${amount.toString()} ${runningTotal.toString()}`,
  );
}
