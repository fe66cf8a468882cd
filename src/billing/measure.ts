/** What a text is made of: all that prices ever know of it. All lengths are in code points. */
export interface TextMeasure {
  readonly characters: number;
  /** Words of 1 to 3 characters. */
  readonly shortWords: number;
  /** Words of 4 to 7 characters. */
  readonly mediumWords: number;
  /** Words of 8 or more characters. */
  readonly longWords: number;
  /** How many of the characters no. 3, 6, 9 … are one of aeiouAEIOU. */
  readonly thirdVowels: number;
  /** No word occurs twice; true as well when there is no word. */
  readonly wordsAreUnique: boolean;
  readonly isPalindrome: boolean;
}
