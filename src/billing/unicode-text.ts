import { classOf, isAlphanumericClass, isWordClass } from './character-classes.ts';
import { startSeenWords } from './seen-words.ts';
import type { TextMeasure } from './measure.ts';
import {
  asciiAlphanumerics,
  asciiVowels,
  longWordLength,
  mediumWordLength,
  nonAlphanumericPattern,
} from './words.ts';

/** Measures any text in one pass over its code points; a lone surrogate is one. */
export function measureUnicodeText(text: string): TextMeasure {
  const seenWords = startSeenWords(text.length);
  let wordsAreUnique = true;
  let shortWords = 0;
  let mediumWords = 0;
  let longWords = 0;
  let characters = 0;
  let thirdVowels = 0;
  let wordStart = 0;
  let wordLength = 0;
  let hash = 0;
  let index = 0;
  // One step beyond the last character, to end a word that ends with the text.
  while (index <= text.length) {
    const code = text.codePointAt(index) ?? endOfText;
    if (isWordClass(classOf(code))) {
      if (wordLength === 0) {
        wordStart = index;
        hash = 0;
      }
      wordLength += 1;
      hash = Math.imul(hash ^ code, 0x01000193); // FNV-1a's step
    } else if (wordLength > 0) {
      if (wordLength < mediumWordLength) shortWords += 1;
      else if (wordLength < longWordLength) mediumWords += 1;
      else longWords += 1;
      wordsAreUnique = wordsAreUnique && seenWords.add(text, wordStart, index, hash);
      wordLength = 0;
    }
    if (code !== endOfText) characters += 1;
    if (code < 128 && characters % 3 === 0) thirdVowels += asciiVowels[code] ?? 0;
    index += code > 0xffff ? 2 : 1;
  }
  return {
    characters,
    shortWords,
    mediumWords,
    longWords,
    thirdVowels,
    wordsAreUnique,
    isPalindrome: isPalindrome(text),
  };
}

/** No character is numbered so, and none of a word. */
const endOfText = 0x11_0000;

function isPalindrome(text: string): boolean {
  if (differsAtItsEnds(text)) return false;
  // Lower case comes after the filter: İ becomes two characters there, and both count.
  const forwards = Array.from(text.replace(nonAlphanumericPattern, '').toLowerCase());
  return forwards.length > 0 && forwards.every((character, index) => character === forwards.at(-1 - index));
}

/** Most texts are no palindromes by their first and their last alphanumeric character, when both are ASCII. */
function differsAtItsEnds(text: string): boolean {
  let left = 0;
  while (left < text.length && !isAlphanumericClass(classOf(text.charCodeAt(left)))) {
    // A surrogate may be one half of an alphanumeric character.
    if (isSurrogate(text.charCodeAt(left))) return false;
    left += 1;
  }
  let right = text.length - 1;
  while (right > left && !isAlphanumericClass(classOf(text.charCodeAt(right)))) {
    if (isSurrogate(text.charCodeAt(right))) return false;
    right -= 1;
  }
  const first = asciiAlphanumerics[text.charCodeAt(left)] ?? 0;
  const last = asciiAlphanumerics[text.charCodeAt(right)] ?? 0;
  return first !== 0 && last !== 0 && first !== last;
}

function isSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdfff;
}
