import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { measureAsciiText } from '../../src/billing/ascii-text.ts';
import { priceText } from './priced-text.ts';
import { defaultRateCard } from '../../src/billing/rate-card.ts';
import { measureUnicodeText } from '../../src/billing/unicode-text.ts';
import { asciiTexts, unicodeTexts } from './random-texts.ts';

describe('a character', () => {
  it.each([
    ['an emoji', '😀', 1],
    ['a family of joined emoji', '👩‍👧', 3], // woman, joiner, girl
    ['an astral letter', '𝒜', 1],
    ['a letter and its combining mark', 'e\u0301', 2],
    ['a lone high surrogate', '\uD83D', 1],
    ['a lone low surrogate', '\uDE00', 1],
    ['two surrogates in the wrong order', '\uDE00\uD83D', 2],
  ])('is a code point: %s', (_, text, characters) => {
    expect(measureUnicodeText(text).characters).toBe(characters);
  });

  it('is charged once although JavaScript counts it twice', () => {
    expect(priceText('😀', defaultRateCard).toString()).toBe('1.05'); // 1 + 0.05
    expect(priceText('\uD83D', defaultRateCard).toString()).toBe('1.05'); // 1 + 0.05
  });
});

describe('a word', () => {
  it.each([
    ['it’s', [0, 1, 0]],
    ['‘tis', [0, 1, 0]],
    ['long-term', [0, 0, 1]],
    ['long–term', [0, 2, 0]], // an en dash ends a word
    ['𝒜𝒜𝒜', [1, 0, 0]], // 3 characters, 6 code units
    ['𝒜𝒜𝒜𝒜', [0, 1, 0]],
    ['e\u0301te\u0301', [0, 1, 0]], // 5 characters with their marks
    ['\u0301', [1, 0, 0]], // a mark alone
    ['Пример', [0, 1, 0]],
    ['नमस्ते', [0, 1, 0]], // 6 code points, marks between the letters
    ['家賃はいくらですか。', [0, 0, 1]], // no spaces: one run of 9 letters
    ['a😀b', [2, 0, 0]],
    ['a٣b½c', [3, 0, 0]], // digits and fractions of other scripts end a word
    ['a\uD83Db', [2, 0, 0]],
    ['é_é', [2, 0, 0]],
  ])('is found in %j: %j short, medium and long ones', (text, [shortWords, mediumWords, longWords]) => {
    expect(measureUnicodeText(text)).toMatchObject({ shortWords, mediumWords, longWords });
  });

  it('occurs twice only when it is spelt alike', () => {
    expect(measureUnicodeText('été été').wordsAreUnique).toBe(false);
    expect(measureUnicodeText('Été été').wordsAreUnique).toBe(true);
    expect(measureUnicodeText("it's it’s").wordsAreUnique).toBe(true);
    expect(measureUnicodeText('\u00E9 e\u0301').wordsAreUnique).toBe(true); // not normalized
  });
});

describe('a third vowel', () => {
  it.each([
    ['😀😀a', 1], // no. 3 by code points, no. 5 by code units
    ['😀a', 0], // no. 3 by code units only
    ['xxéxxÉ', 0], // accented vowels are not vowels here
    ['xxexxExxо', 2], // and a Cyrillic о is not an o
  ])('is counted in %j: %d', (text, thirdVowels) => {
    expect(measureUnicodeText(text).thirdVowels).toBe(thirdVowels);
  });
});

describe('a palindrome', () => {
  it.each([
    ['Été', true],
    ['E\u0301te\u0301', true], // marks are not alphanumeric, so they are skipped
    ['А роза упала на лапу Азора', true],
    ['たけやぶやけた', true],
    ['𝒜b𝒜', true], // reversed by code points
    ['٣a٣', true],
    ['Ⅷⅷ', true], // a Roman numeral is a number, and has a lower case
    ['ẞaß', true], // ẞ is ß in lower case
    ['ßss', false], // but ß is not ss
    ['aİa', false], // İ becomes i and a dot above, in that order
    ['İ', false],
    ['ΣΑΣ', false], // the last Σ of a word becomes ς
    ['😀', false], // nothing alphanumeric
    ['\uD83D', false],
    ['’', false],
    ['ab é', false],
  ])('is told by lower-cased code points: %j is %s', (text, expected) => {
    expect(measureUnicodeText(text).isPalindrome).toBe(expected);
  });
});

describe('the ASCII path', () => {
  it('measures every ASCII text as the Unicode path does', () => {
    fc.assert(
      fc.property(fc.oneof(asciiTexts, fc.string({ unit: 'binary-ascii' })), (text) => {
        expect(measureAsciiText(text)).toEqual(measureUnicodeText(text));
      }),
      { numRuns: 3_000 },
    );
  });

  it('leaves every other text to the Unicode path, wherever its first such character stands', () => {
    expect(measureAsciiText('abc é')).toBeNull();
    expect(measureAsciiText('abcé')).toBeNull();
    expect(measureAsciiText('\u0080')).toBeNull();
    fc.assert(
      fc.property(unicodeTexts, (text) => {
        expect(measureAsciiText(text) === null).toBe(/[^\0-\x7F]/.test(text));
      }),
    );
  });
});
