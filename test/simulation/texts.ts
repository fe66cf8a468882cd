import type { Random } from './random.ts';

const parts = [
  'a',
  'the',
  'rent',
  'Rent',
  "it's",
  'long-term',
  'improvements?',
  'e\u0301clair',
  '😀',
  '12_3',
  '-',
  '語',
  '',
  'aba',
  '\u0000',
  '\uD800',
  'İstanbul',
  '100%',
] as const;

/** A text of up to a dozen words, some odd, some the same backwards, some beyond the length penalty. */
export function makeText(random: Random): string {
  const words = Array.from({ length: random.below(12) }, () => random.pick(parts));
  const text = words.join(random.pick([' ', ' ', ', ']));
  if (random.chance(0.1)) return text + Array.from(text).toReversed().join('');
  return random.chance(0.05) ? text.padEnd(101, ' ok') : text;
}
