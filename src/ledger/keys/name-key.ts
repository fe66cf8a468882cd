import { foldCase } from './fold-case.ts';

// Accents, which belong to no script of their own. The vowel signs of scripts such as Devanagari are letters to readers.
const accents = /\p{Script=Inherited}/gu;
// They would sort before the separator, or be it.
const controls = /\p{Cc}/gu;
// Sorts before all that is left in a name.
const separator = '\u0001';

/**
 * A text that sorts by code point as people sort the name: letters first, whatever their case and accents; these count
 * only between names of the same letters. Different names have different keys.
 */
export function nameKey(name: string): string {
  const letters = foldCase(name.normalize('NFKD').replace(accents, ''))
    .normalize('NFC')
    .replace(controls, ' ');
  return letters + separator + name;
}
