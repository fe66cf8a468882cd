import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  InvalidRateCard,
  decodeRateCard,
  defaultRateCard,
  encodeRateCard,
} from '../../src/billing/rate-card.ts';
import { rateCards } from './random-cards.ts';

const defaultJson = {
  version: 'default-1',
  base: '1.00',
  perCharacter: '0.05',
  shortWord: '0.10',
  mediumWord: '0.20',
  longWord: '0.30',
  thirdVowel: '0.30',
  lengthPenalty: '5.00',
  lengthThreshold: 100,
  uniqueWordsBonus: '2.00',
  minimum: '1.00',
  palindromeFactor: 2,
};

describe('the default rate card', () => {
  it('has the published prices', () => {
    expect(encodeRateCard(defaultRateCard)).toEqual(defaultJson);
  });

  it('cannot be changed by who holds it', () => {
    expect(Object.isFrozen(defaultRateCard)).toBe(true);
  });
});

describe('decodeRateCard', () => {
  it('takes amounts as decimal strings or as JSON numbers', () => {
    const numbers = { ...defaultJson, base: 1, perCharacter: 0.05, uniqueWordsBonus: 2 };
    expect(decodeRateCard(numbers)).toEqual(defaultRateCard);
  });

  it('reads every card back from its encoded JSON', () => {
    fc.assert(
      fc.property(rateCards, (card) => {
        expect(decodeRateCard(JSON.parse(JSON.stringify(encodeRateCard(card))))).toEqual(card);
      }),
    );
  });

  it.each([null, undefined, 7, 'card', [], [defaultJson]])('refuses %j, which is no object', (json) => {
    expect(readFaults(json)).toEqual(['the rate card must be a JSON object']);
  });

  it('names every missing field at once', () => {
    expect(readFaults({})).toEqual(Object.keys(defaultJson).map((name) => `${name} is missing`));
  });

  it('names every faulty field at once, with the reason', () => {
    const faulty = {
      version: 'no spaces, please',
      base: '-1',
      perCharacter: '1e3',
      shortWord: 0.00001,
      mediumWord: null,
      longWord: 1_001,
      thirdVowel: '',
      lengthPenalty: [],
      lengthThreshold: 100.5,
      minimum: true,
      palindromeFactor: '2',
      bonus: 3,
      toString: 1,
    };
    expect(readFaults(faulty)).toEqual([
      'version must be a string of 1 to 64 letters, digits, ".", "_" or "-"',
      'base must not be negative',
      'perCharacter must be a plain decimal with at most 4 decimals',
      'shortWord must be a plain decimal with at most 4 decimals',
      'mediumWord must be a number or a decimal string',
      'longWord must not be above 1000.00',
      'thirdVowel must be a plain decimal with at most 4 decimals',
      'lengthPenalty must be a number or a decimal string',
      'lengthThreshold must be an integer from 0 to 1000000',
      'uniqueWordsBonus is missing',
      'minimum must be a number or a decimal string',
      'palindromeFactor must be an integer from 1 to 100',
      'bonus is not a field of a rate card',
      'toString is not a field of a rate card',
    ]);
  });

  it('tells all faults in its message', () => {
    const json = { ...defaultJson, base: -1, minimum: -1 };
    expect(() => decodeRateCard(json)).toThrow(
      'Invalid rate card: base must not be negative; minimum must not be negative',
    );
  });

  it('sees a field that JSON calls __proto__', () => {
    const json: unknown = JSON.parse(JSON.stringify(defaultJson).replace('{', '{"__proto__":{},'));
    expect(readFaults(json)).toEqual(['__proto__ is not a field of a rate card']);
  });

  it.each(['', 'a b', 'ä', 'x\n', 'x'.repeat(65), 7])('refuses the version %j', (version) => {
    expect(readFaults({ ...defaultJson, version })).toHaveLength(1);
  });

  it.each([
    ['version', 'A-z_0.9'],
    ['version', 'x'.repeat(64)],
    ['lengthThreshold', 0],
    ['lengthThreshold', 1_000_000],
    ['palindromeFactor', 1],
    ['palindromeFactor', 100],
    ['base', '1000000'],
    ['perCharacter', '1000'],
    ['base', 0],
  ])('takes %s = %j, just within the limits', (name, value) => {
    expect(readFaults({ ...defaultJson, [name]: value })).toEqual([]);
  });

  it.each([
    ['lengthThreshold', -1],
    ['lengthThreshold', 1_000_001],
    ['lengthThreshold', NaN],
    ['palindromeFactor', 0],
    ['palindromeFactor', 101],
    ['base', '1000000.0001'],
    ['thirdVowel', '1000.0001'],
  ])('refuses %s = %j, just beyond the limits', (name, value) => {
    expect(readFaults({ ...defaultJson, [name]: value })).toEqual([expect.stringContaining(`${name} must `)]);
  });
});

function readFaults(json: unknown): readonly string[] {
  try {
    decodeRateCard(json);
  } catch (error) {
    if (error instanceof InvalidRateCard) return error.faults;
    throw error;
  }
  return [];
}
