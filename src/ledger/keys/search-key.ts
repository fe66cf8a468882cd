import { foldCase } from './fold-case.ts';

// Nearly all texts are ASCII alone, whose key costs one step.
// oxlint-disable-next-line no-control-regex -- all of ASCII is meant.
const ascii = /^[\0-\x7F]*$/;

/**
 * What is searched in place of a text, and for in place of what somebody typed: the same for every case and every
 * Unicode form of it.
 */
export function searchKey(text: string): string {
  if (ascii.test(text)) return text.toLowerCase();
  // Folding takes composed letters apart, and composes none.
  return foldCase(text.normalize('NFC')).normalize('NFC');
}
