import type { RateCard } from './rate-card.ts';
import type { TextMeasure } from './measure.ts';

/** What a step of a charge was for: a report's fixed price, or one of the text rules. */
export type RateRule =
  | 'REPORT'
  | 'BASE'
  | 'CHARACTERS'
  | 'WORD_LENGTH'
  | 'THIRD_VOWELS'
  | 'LENGTH_PENALTY'
  | 'UNIQUE_WORDS'
  | 'MINIMUM'
  | 'PALINDROME';

/** One rule of the text price. */
export interface TextRule {
  readonly name: RateRule;
  /** How many things it charges for; 1 where nothing is counted. */
  readonly count: (text: TextMeasure) => number;
  /** What it adds, in units of 1/10,000 credit, given the sum of the rules before it. */
  readonly rate: (text: TextMeasure, card: RateCard, sumUnits: number) => number;
}

/** The text rules in the order in which they apply. Source: rating rules, "Text rules, in this order". */
export const textRules: readonly TextRule[] = [
  // First the plain amounts, which do not look at each other. Receipts list them in the contract's order.
  { name: 'BASE', count: once, rate: (_, card) => card.base.units },
  {
    name: 'CHARACTERS',
    count: (text) => text.characters,
    rate: (text, card) => text.characters * card.perCharacter.units,
  },
  {
    name: 'WORD_LENGTH',
    count: countWords,
    rate: (text, card) =>
      text.shortWords * card.shortWord.units +
      text.mediumWords * card.mediumWord.units +
      text.longWords * card.longWord.units,
  },
  {
    name: 'THIRD_VOWELS',
    count: (text) => text.thirdVowels,
    rate: (text, card) => text.thirdVowels * card.thirdVowel.units,
  },
  {
    name: 'LENGTH_PENALTY',
    count: once,
    rate: (text, card) => (text.characters > card.lengthThreshold ? card.lengthPenalty.units : 0),
  },
  {
    name: 'UNIQUE_WORDS',
    count: once,
    // A text without words has no word twice either, but earns nothing.
    rate: (text, card) => (text.wordsAreUnique && countWords(text) > 0 ? -card.uniqueWordsBonus.units : 0),
  },
  // After the bonus, the only rule that takes away: it must not push a price below the minimum.
  { name: 'MINIMUM', count: once, rate: (_, card, sumUnits) => Math.max(0, card.minimum.units - sumUnits) },
  // After everything else, the minimum too: the cheapest palindrome costs twice the minimum.
  {
    name: 'PALINDROME',
    count: once,
    rate: (text, card, sumUnits) => (text.isPalindrome ? sumUnits * (card.palindromeFactor - 1) : 0),
  },
];

function once(): number {
  return 1;
}

function countWords(text: TextMeasure): number {
  return text.shortWords + text.mediumWords + text.longWords;
}
