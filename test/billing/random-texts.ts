import * as fc from 'fast-check';

// Few letters, so that words repeat, third characters are vowels and texts read the same backwards.
const asciiLetters = ['a', 'b', 'e', 'I', 'B', "'", '-'];
const asciiGaps = [' ', ' ', '  ', '? ', ', ', '1', '_', '\n', '\u0000', '\u007F'];
const otherLetters = ['é', 'e\u0301', '’', '‘', '𝒜', 'ж', 'İ', 'ẞ', 'Σ', '語', 'ﬁ', 'ǅ', '\u05B0'];
const otherGaps = ['😀', '٣', '½', 'Ⅷ', '\u00A0', '–', '\uD800', '\uDC00', '\u200D', '。'];

/** ASCII texts of up to some 200 characters, a fifth of them palindromes. */
export const asciiTexts = mirrorSome(textsOf(asciiLetters, asciiGaps));

/** Texts with other scripts, marks, astral characters and lone surrogates in between. */
export const unicodeTexts = mirrorSome(
  textsOf([...asciiLetters, ...otherLetters], [...asciiGaps, ...otherGaps]),
);

/** Both kinds, and characters without any plan. */
export const texts = fc.oneof(asciiTexts, unicodeTexts, fc.string({ unit: 'binary', maxLength: 150 }));

function textsOf(letters: readonly string[], gaps: readonly string[]): fc.Arbitrary<string> {
  const words = fc.array(fc.constantFrom(...letters), { minLength: 1, maxLength: 10 });
  const parts = fc.tuple(words, fc.constantFrom(...gaps)).map(([word, gap]) => word.join('') + gap);
  return fc.array(parts, { maxLength: 30, size: 'max' }).map((parts) => parts.join(''));
}

function mirrorSome(texts: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const mirrored = texts.map((text) => text + Array.from(text).toReversed().join('').toUpperCase());
  return fc.oneof({ weight: 4, arbitrary: texts }, { weight: 1, arbitrary: mirrored });
}
