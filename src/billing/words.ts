/**
 * What a word and an alphanumeric character are, for any text and again as tables for ASCII.
 * Source: rating rules, "What the words mean".
 */

/** Words are the longest runs of letters, combining marks, apostrophes (U+0027, U+2018, U+2019) and hyphens. */
export function isWordCharacter(character: string): boolean {
  return /^[\p{L}\p{M}'\u2018\u2019-]$/u.test(character);
}

/** Whether a character counts in a palindrome. */
export function isAlphanumeric(character: string): boolean {
  return /^[\p{L}\p{N}]$/u.test(character);
}

/** Characters that a palindrome skips. */
export const nonAlphanumericPattern = /[^\p{L}\p{N}]/gu;

/** The characters that cost extra at every third place; accented ones are not among them. */
export const vowels = 'aeiouAEIOU';

/** The shortest word that is no longer short, in characters. */
export const mediumWordLength = 4;

/** The shortest word that is long, in characters. */
export const longWordLength = 8;

/** By ASCII code: 1 for a character of a word, else 0. */
export const asciiWordCharacters = tabulateAscii((character) => (/[A-Za-z'-]/.test(character) ? 1 : 0));

/** By ASCII code: 1 for a vowel, else 0. */
export const asciiVowels = tabulateAscii((character) => (vowels.includes(character) ? 1 : 0));

/** By ASCII code: the code of an alphanumeric character in lower case, 0 for every other character. */
export const asciiAlphanumerics = tabulateAscii((character) =>
  /[A-Za-z0-9]/.test(character) ? character.toLowerCase().charCodeAt(0) : 0,
);

function tabulateAscii(classify: (character: string) => number): Uint8Array {
  return Uint8Array.from({ length: 128 }, (_, code) => classify(String.fromCharCode(code)));
}
