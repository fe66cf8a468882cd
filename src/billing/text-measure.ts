import { measureAsciiText } from './ascii-text.ts';
import type { TextMeasure } from './measure.ts';
import { measureUnicodeText } from './unicode-text.ts';

export type { TextMeasure } from './measure.ts';

/** Rises by one with each change of what this code counts in any text. */
const countingVersion = 1;

/**
 * Names what measures texts here, as "1/17.0": the version of the counting code and that of Unicode, which says what a
 * letter is and comes with the runtime. It is recorded with each measure. Two measures of one text may differ where
 * their versions do, and nowhere else.
 */
export const measureVersion = `${countingVersion}/${process.versions['unicode'] ?? 'none'}`;

/** Measures a text: once, when it is recorded. Whatever is asked about its price later is asked of the measure. */
export function measureText(text: string): TextMeasure {
  return measureAsciiText(text) ?? measureUnicodeText(text);
}
