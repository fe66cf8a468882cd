import { hash } from 'node:crypto';

import { type Kysely, type RawBuilder, sql } from 'kysely';

import { measureText, measureVersion, type TextMeasure } from '../../../billing/text-measure.ts';
import type { Database } from '../database.ts';

// Frozen but for the measuring itself, as migrations are.

/** Texts that are measured at a time: at most so many, and no more once they take so many bytes. */
const batch = { rows: 1_000, bytes: 4 * 1024 * 1024 };

/** A row with a text, by the columns of its table's key. */
export interface OldRow {
  readonly account_id: string;
  readonly message_id: number;
  /** 0 where the key has none. */
  readonly revision: number;
  readonly text: string;
}

/** What an upgrade finds out of a row. */
export interface FoundOut {
  readonly credits_kept: number;
  /** Of the history alone. */
  readonly rate_card_version: string | null;
  readonly report_cost: number | null;
}

type Key = readonly [account: string, messageId: number, revision: number];

/** Measures all texts of a table, a few at a time: all at once could fill the memory. */
export async function measureOldTexts<Row extends OldRow>(
  db: Kysely<unknown>,
  kind: Database['kind'],
  {
    table,
    revision,
    readRows,
    explain,
    foundColumns,
  }: {
    readonly table: 'messages' | 'message_history';
    /** The revision in the table's key: a column, or 0. */
    readonly revision: RawBuilder<unknown>;
    /** Rows whose key lies in a range, in the order of the key. */
    readonly readRows: (range: RawBuilder<unknown>) => Promise<readonly Row[]>;
    readonly explain: (row: Row, measure: TextMeasure) => Promise<FoundOut>;
    /** The columns that take what was found out. */
    readonly foundColumns: readonly (keyof FoundOut)[];
  },
): Promise<void> {
  const key = sql`(t.account_id, t.message_id, ${revision})`;
  let after: Key = ['', Number.MIN_SAFE_INTEGER, 0];
  for (;;) {
    const sizes = await readSizes(db, { table, revision, after });
    for (const last of cutIntoBatches(sizes)) {
      const range = sql`${key} > ${toRow(after)} and ${key} <= ${toRow(last)}`;
      const measured: object[] = [];
      for (const row of await readRows(range)) {
        const measure = measureText(row.text);
        measured.push({ ...toColumns(row, measure), ...(await explain(row, measure)) });
      }
      await setMeasures(db, kind, { table, revision, range, foundColumns, measured });
      after = last;
    }
    if (sizes.length < batch.rows) return;
  }
}

interface TextSize extends Omit<OldRow, 'text'> {
  /** Of the text in UTF-8. */
  readonly bytes: number;
}

async function readSizes(
  db: Kysely<unknown>,
  {
    table,
    revision,
    after,
  }: { readonly table: string; readonly revision: RawBuilder<unknown>; readonly after: Key },
): Promise<readonly TextSize[]> {
  const result = await sql<TextSize>`
    select account_id, message_id, ${revision} as revision, octet_length(text) as bytes
    from ${sql.table(table)} as t
    where (t.account_id, t.message_id, ${revision}) > ${toRow(after)}
    order by 1, 2, 3 limit ${sql.lit(batch.rows)}`.execute(db);
  return result.rows;
}

/** The keys at which batches end that each fit into memory. */
function cutIntoBatches(sizes: readonly TextSize[]): readonly Key[] {
  const ends: Key[] = [];
  let bytes = 0;
  for (const [
    index,
    { account_id: account, message_id: messageId, revision, bytes: own },
  ] of sizes.entries()) {
    bytes += own;
    if (bytes < batch.bytes && index < sizes.length - 1) continue;
    ends.push([account, messageId, revision]);
    bytes = 0;
  }
  return ends;
}

function toRow([account, messageId, revision]: Key): RawBuilder<unknown> {
  return sql`(${account}, cast(${messageId} as bigint), cast(${revision} as bigint))`;
}

function toColumns({ text, ...key }: OldRow, measure: TextMeasure): object {
  return {
    account_id: key.account_id,
    message_id: key.message_id,
    revision: key.revision,
    text_sha256: hash('sha256', text, 'hex'),
    characters: measure.characters,
    short_words: measure.shortWords,
    medium_words: measure.mediumWords,
    long_words: measure.longWords,
    third_vowels: measure.thirdVowels,
    words_are_unique: measure.wordsAreUnique ? 1 : 0,
    is_palindrome: measure.isPalindrome ? 1 : 0,
    measure_version: measureVersion,
  };
}

const givenColumns = {
  account_id: 'text',
  message_id: 'bigint',
  revision: 'bigint',
  text_sha256: 'text',
  characters: 'integer',
  short_words: 'integer',
  medium_words: 'integer',
  long_words: 'integer',
  third_vowels: 'integer',
  words_are_unique: 'integer',
  is_palindrome: 'integer',
  measure_version: 'text',
  credits_kept: 'integer',
  rate_card_version: 'text',
  report_cost: 'bigint',
} as const;

async function setMeasures(
  db: Kysely<unknown>,
  kind: Database['kind'],
  {
    table,
    revision,
    range,
    foundColumns,
    measured,
  }: {
    readonly table: string;
    readonly revision: RawBuilder<unknown>;
    readonly range: RawBuilder<unknown>;
    readonly foundColumns: readonly string[];
    readonly measured: readonly object[];
  },
): Promise<void> {
  const json = JSON.stringify(measured);
  const columns = Object.entries(givenColumns);
  const given =
    kind === 'sqlite'
      ? sql`(select ${sql.raw(columns.map(([name, type]) => `cast(value ->> '$.${name}' as ${type}) as ${name}`).join(', '))}
          from json_each(${json}) limit ${sql.lit(batch.rows)}) as given`
      : sql`json_to_recordset(${json}::json) as given(${sql.raw(columns.map(([name, type]) => `${name} ${type}`).join(', '))})`;
  const taken = [...columns.map(([name]) => name).slice(3, 12), ...foundColumns];
  await sql`
    update ${sql.table(table)} as t set ${sql.raw(taken.map((name) => `${name} = given.${name}`).join(', '))}
    from ${given}
    where t.account_id = given.account_id and t.message_id = given.message_id
      and ${revision} = given.revision and ${range}`.execute(db);
}
