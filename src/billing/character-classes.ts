import { isAlphanumeric, isWordCharacter } from './words.ts';

// What is known of a character, in two bits; 0 where nobody has asked yet.
const known = 4;
const wordBit = 1;
const alphanumericBit = 2;

/** By code unit. Filled as texts need it: a regular expression for each character takes ten times as long. */
const classes = new Uint8Array(0x1_0000);

/** The class of a code point. */
export function classOf(code: number): number {
  const found = classes[code] ?? 0;
  if (found !== 0) return found;
  // Beyond Unicode, for the end of a text.
  if (code > 0x10_ffff) return known;
  const character = String.fromCodePoint(code);
  const made =
    known | (isWordCharacter(character) ? wordBit : 0) | (isAlphanumeric(character) ? alphanumericBit : 0);
  // Beyond the table this writes nothing: such characters are rare.
  classes[code] = made;
  return made;
}

/** Whether characters of the class belong to words. */
export function isWordClass(characterClass: number): boolean {
  return (characterClass & wordBit) !== 0;
}

/** Whether characters of the class are alphanumeric. */
export function isAlphanumericClass(characterClass: number): boolean {
  return (characterClass & alphanumericBit) !== 0;
}
