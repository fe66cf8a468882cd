import { hash } from 'node:crypto';

import { foldCase } from './fold-case.ts';

// Accents, which belong to no script of their own. The vowel signs of scripts such as Devanagari are letters to readers.
const accents = /\p{Script=Inherited}/gu;
// They would sort before the separator, or be it.
const controls = /\p{Cc}/gu;
// Sorts before all that is left in a name.
const separator = '\u0001';

// PostgreSQL takes index rows of 2,704 bytes, and an account's id may take 128 of them.
const maxBytes = 2_000;
const maxPartBytes = 950;

/**
 * A text that sorts by code point as people sort the name: letters first, whatever their case and accents; these count
 * only between names of the same letters. Different names have different keys. Of names that are longer than an index
 * takes, the beginning alone counts.
 */
export function nameKey(name: string): string {
  const letters = foldCase(name.normalize('NFKD').replace(accents, ''))
    .normalize('NFC')
    .replace(controls, ' ');
  const key = letters + separator + name;
  if (Buffer.byteLength(key) <= maxBytes) return key;
  const digest = hash('sha256', name, 'hex').slice(0, 32);
  return [cut(letters), cut(name), digest].join(separator);
}

/** The whole characters within so many bytes of UTF-8. */
function cut(text: string): string {
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(maxPartBytes));
  return text.slice(0, read);
}
