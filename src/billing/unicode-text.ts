import type { TextMeasure } from './text-measure.ts';
import { longWordLength, mediumWordLength, nonAlphanumericPattern, vowels, wordPattern } from './words.ts';

/** Measures any text, by the letter of the rules. */
export function measureUnicodeText(text: string): TextMeasure {
  let characters = 0;
  let thirdVowels = 0;
  // A string is iterated by code points, and a lone surrogate is one.
  for (const character of text) {
    characters += 1;
    if (characters % 3 === 0 && vowels.includes(character)) thirdVowels += 1;
  }
  const words = text.match(wordPattern) ?? [];
  const lengths = words.map(countCharacters);
  const longWords = lengths.filter((length) => length >= longWordLength).length;
  const shortWords = lengths.filter((length) => length < mediumWordLength).length;
  return {
    characters,
    shortWords,
    mediumWords: words.length - shortWords - longWords,
    longWords,
    thirdVowels,
    wordsAreUnique: new Set(words).size === words.length,
    isPalindrome: isPalindrome(text),
  };
}

function countCharacters(word: string): number {
  let characters = 0;
  for (const _ of word) characters += 1;
  return characters;
}

function isPalindrome(text: string): boolean {
  // Lower case comes after the filter: İ becomes two characters there, and both count.
  const forwards = Array.from(text.replace(nonAlphanumericPattern, '').toLowerCase());
  return forwards.length > 0 && forwards.every((character, index) => character === forwards.at(-1 - index));
}
