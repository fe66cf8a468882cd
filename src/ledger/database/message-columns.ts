import type { TextMeasure } from '../../billing/measure.ts';

/** The column types that the ledger uses: whole numbers of 64 and of 32 bits, and text. */
export type ColumnType = 'bigint' | 'integer' | 'text';

interface Column {
  readonly type: ColumnType;
  readonly nullable: boolean;
}

/** The counts of {@link TextMeasure}. The last two are 1 for yes and 0 for no. */
export const measureColumns = {
  characters: { type: 'integer', nullable: false },
  short_words: { type: 'integer', nullable: false },
  medium_words: { type: 'integer', nullable: false },
  long_words: { type: 'integer', nullable: false },
  third_vowels: { type: 'integer', nullable: false },
  words_are_unique: { type: 'integer', nullable: false },
  is_palindrome: { type: 'integer', nullable: false },
} as const satisfies Record<string, Column>;

/** What the upstream told of a message, and what was found out of its text when it was recorded. */
const contentColumns = {
  timestamp_ms: { type: 'bigint', nullable: false },
  /** The upstream's own spelling of the time. */
  timestamp: { type: 'text', nullable: false },
  text: { type: 'text', nullable: false },
  report_id: { type: 'bigint', nullable: true },
  /** Lower-case hex of the SHA-256 of the text in UTF-8. */
  text_sha256: { type: 'text', nullable: false },
  ...measureColumns,
  /** The `measureVersion` that the counts are of. */
  measure_version: { type: 'text', nullable: false },
} as const satisfies Record<string, Column>;

/** What the message costs. */
const priceColumns = {
  /** The name of the report that set the price; null when the text did, or nothing yet. */
  report_name: { type: 'text', nullable: true },
  /** Null while the message is unpriced. */
  credits: { type: 'bigint', nullable: true },
} as const satisfies Record<string, Column>;

/**
 * The columns that a message has wherever it stands: in `staged_messages`, `messages` and `message_history`. The merge,
 * the history and the pages take them from here: a column more is a line here, a migration, and the code that wants it.
 */
export const messageColumns = { ...contentColumns, ...priceColumns };

/** What is made of a message's text and its report's name, to search and to sort by. The history has none of it. */
export const keyColumns = {
  /** As `searchKey` makes it. */
  search_text: { type: 'text', nullable: false },
  /** As `nameKey` makes it; null without a name. */
  report_name_key: { type: 'text', nullable: true },
} as const satisfies Record<string, Column>;

type Row<Columns extends Record<string, Column>> = {
  -readonly [Name in keyof Columns]:
    | (Columns[Name]['type'] extends 'text' ? string : number)
    | (Columns[Name]['nullable'] extends true ? null : never);
};

/** A row of {@link messageColumns}. */
export type MessageRow = Row<typeof messageColumns>;

/** A row of the counts alone. */
export type MeasureRow = Row<typeof measureColumns>;

/** A row of {@link keyColumns}. */
export type KeyRow = Row<typeof keyColumns>;

/** The names of {@link keyColumns}. */
export const keyColumnNames = namesOf(keyColumns);

/** The names of {@link messageColumns}. */
export const messageColumnNames = namesOf(messageColumns);

/** The names of the counts. */
export const measureColumnNames = namesOf(measureColumns);

/** A measure as its columns hold it. */
export function toMeasureRow(measure: TextMeasure): MeasureRow {
  return {
    characters: measure.characters,
    short_words: measure.shortWords,
    medium_words: measure.mediumWords,
    long_words: measure.longWords,
    third_vowels: measure.thirdVowels,
    words_are_unique: measure.wordsAreUnique ? 1 : 0,
    is_palindrome: measure.isPalindrome ? 1 : 0,
  };
}

/** The measure that columns hold. */
export function toMeasure(row: MeasureRow): TextMeasure {
  return {
    characters: row.characters,
    shortWords: row.short_words,
    mediumWords: row.medium_words,
    longWords: row.long_words,
    thirdVowels: row.third_vowels,
    wordsAreUnique: row.words_are_unique === 1,
    isPalindrome: row.is_palindrome === 1,
  };
}

function namesOf<Name extends string>(columns: Record<Name, Column>): readonly Name[] {
  return Object.keys(columns).filter((name): name is Name => name in columns);
}
