import { startSeenWords } from './seen-words.ts';
import type { TextMeasure } from './measure.ts';
import {
  asciiAlphanumerics,
  asciiVowels,
  asciiWordCharacters,
  longWordLength,
  mediumWordLength,
} from './words.ts';

/**
 * Measures a text that is all ASCII, as most are, in a few plain passes; null for other texts.
 * It must agree with `measureUnicodeText` on every ASCII text.
 */
export function measureAsciiText(text: string): TextMeasure | null {
  const seenWords = startSeenWords(text.length);
  let wordsAreUnique = true;
  let shortWords = 0;
  let mediumWords = 0;
  let longWords = 0;
  let index = 0;
  while (index < text.length) {
    let code = text.charCodeAt(index);
    if (code > 127) return null;
    if (asciiWordCharacters[code] === 0) {
      index += 1;
      continue;
    }
    const start = index;
    let hash = 0;
    do {
      hash = Math.imul(hash ^ code, 0x01000193); // FNV-1a's step
      index += 1;
      code = index < text.length ? text.charCodeAt(index) : 0;
    } while (asciiWordCharacters[code] === 1);

    const length = index - start;
    if (length < mediumWordLength) shortWords += 1;
    else if (length < longWordLength) mediumWords += 1;
    else longWords += 1;
    wordsAreUnique = wordsAreUnique && seenWords.add(text, start, index, hash);
  }
  return {
    characters: text.length,
    shortWords,
    mediumWords,
    longWords,
    thirdVowels: countThirdVowels(text),
    wordsAreUnique,
    isPalindrome: isPalindrome(text),
  };
}

function countThirdVowels(text: string): number {
  let thirdVowels = 0;
  // The third character has index 2. Adding the table's 0 or 1 spares a branch that is hard to predict.
  for (let index = 2; index < text.length; index += 3) {
    thirdVowels += asciiVowels[text.charCodeAt(index)] ?? 0;
  }
  return thirdVowels;
}

/** Compares from both ends at once; most texts are told apart at the first pair. */
function isPalindrome(text: string): boolean {
  let left = nextAlphanumeric(text, 0, 1);
  let right = nextAlphanumeric(text, text.length - 1, -1);
  if (left > right) return false; // there is none, and the empty text does not count
  while (left < right) {
    if (foldedAt(text, left) !== foldedAt(text, right)) return false;
    left = nextAlphanumeric(text, left + 1, 1);
    right = nextAlphanumeric(text, right - 1, -1);
  }
  return true;
}

/** The index of the first alphanumeric character from `index` on, or one outside the text. */
function nextAlphanumeric(text: string, index: number, step: 1 | -1): number {
  let next = index;
  while (next >= 0 && next < text.length && foldedAt(text, next) === 0) next += step;
  return next;
}

/** The code in lower case of an alphanumeric character, else 0. */
function foldedAt(text: string, index: number): number {
  return asciiAlphanumerics[text.charCodeAt(index)] ?? 0;
}
