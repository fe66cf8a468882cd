import { describe, expect, it } from 'vitest';
import { measureAsciiText } from '../../src/billing/ascii-text.ts';

describe('words that occur twice', () => {
  it.each([
    ['a', true],
    ['a b', true],
    ['a a', false],
    ['ab abc', true], // a beginning of the other
    ['abc ab', true],
    ['ab abc ab', false],
    ['ab, (ab)', false],
    ['a1a', false],
    ["don't dont", true],
  ])('are told in %j: all unique is %s', (text, expected) => {
    expect(measureAsciiText(text)?.wordsAreUnique).toBe(expected);
  });

  // 4,096 characters are the most that the table takes; a Set serves longer texts.
  it.each([10, 500, 2_000, 5_000, 200_000])('are found among %d distinct ones', (count) => {
    const words = Array.from({ length: count }, (_, index) => spell(index));
    const distinct = words.join(' ');
    expect(measureAsciiText(distinct)?.wordsAreUnique).toBe(true);
    expect(measureAsciiText(`${distinct} ${words.at(0)}`)?.wordsAreUnique).toBe(false);
    expect(measureAsciiText(`${words.at(-1)} ${distinct}`)?.wordsAreUnique).toBe(false);
  });

  it.each([4_094, 4_095, 4_096, 4_097, 4_098])('are found in a text of %d characters', (length) => {
    const words = Array.from({ length: 1_000 }, (_, index) => spell(index));
    const distinct = words.join(' ').padEnd(length - 3, '.');
    expect(measureAsciiText(`${distinct}.zz`)?.wordsAreUnique).toBe(true);
    expect(measureAsciiText(`${distinct}.ab`)?.wordsAreUnique).toBe(false);
  });

  it('are forgotten with their text', () => {
    expect(measureAsciiText('rent')?.wordsAreUnique).toBe(true);
    expect(measureAsciiText('rent é')).toBeNull(); // left half-way
    expect(measureAsciiText('rent')?.wordsAreUnique).toBe(true);
  });
});

/** A different word for each index: its digits as letters. */
function spell(index: number): string {
  return index.toString(24).replace(/\d/g, (digit) => 'oqrstuvwxy'.charAt(Number(digit)));
}
