import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { Credits } from '../../src/billing/credits.ts';
import { measureText, measureVersion } from '../../src/billing/text-measure.ts';
import type { Database } from '../../src/ledger/database/database.ts';
import { nameKey } from '../../src/ledger/keys/name-key.ts';
import { searchKey } from '../../src/ledger/keys/search-key.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import type { PricedMessage } from '../../src/ledger/recording/pull.ts';
import { captureLog } from '../support/captured-log.ts';
import { keptLedgers } from './kept-ledgers.ts';
import { minuteMs, textMessage, toPricedMessage } from './priced-messages.ts';
import { readAll, readUsage, recordPull } from './test-ledger.ts';

const tables = ['accounts', 'periods', 'messages', 'message_history', 'reports', 'rate_cards'] as const;
type Rows = readonly Readonly<Record<string, unknown>>[];

async function readTables({ writes }: Database): Promise<Readonly<Record<string, Rows>>> {
  const all: Record<string, Rows> = {};
  for (const table of tables) {
    const { rows } = await sql<Record<string, unknown>>`select * from ${sql.table(table)}`.execute(writes);
    all[table] = rows.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  return all;
}

async function upgrade(database: Database): Promise<{ ledger: Ledger; lines: readonly object[] }> {
  const { log, lines } = captureLog();
  const ledger = new Ledger({ database, now: () => new Date('2024-05-05T00:00:00.000Z'), log });
  await ledger.migrate();
  return { ledger, lines };
}

describe.each(keptLedgers)('the kept ledger $name', (kept) => {
  it('keeps every row and every figure when it is brought up to date', async () => {
    const database = await kept.open();
    const before = await readTables(database);

    await upgrade(database);

    const after = await readTables(database);
    for (const table of tables) {
      const [first = {}] = before[table] ?? [];
      // What is derived of a text may be derived in another way.
      const names = Object.keys(first).filter((name) => name !== 'search_text');
      const old = (after[table] ?? []).map((row) =>
        Object.fromEntries(names.map((name) => [name, row[name]])),
      );
      expect(old).toHaveLength(before[table]?.length ?? 0);
      expect(new Set(old.map((row) => JSON.stringify(row)))).toEqual(
        new Set(before[table]?.map((row) => JSON.stringify(row, names))),
      );
    }
  });

  it('gets the keys of each text and name, and sums that add up to the totals of each period', async () => {
    const database = await kept.open();
    await upgrade(database);
    const { messages = [], periods = [] } = await readTables(database);
    for (const { text, report_name: name, ...keys } of messages) {
      expect(keys['search_text']).toBe(searchKey(String(text)));
      expect(keys['report_name_key']).toBe(typeof name === 'string' ? nameKey(name) : null);
    }
    const sums = await sql<Record<string, unknown>>`
      select account_id, period_id, cast(sum(credits) as bigint) as credits,
        cast(sum(message_count) as bigint) as message_count, cast(sum(unpriced_count) as bigint) as unpriced_count
      from usage_sums group by 1, 2`.execute(database.writes);
    const filled = periods.filter((row) => row['message_count'] !== 0);
    expect(sums.rows).toHaveLength(filled.length);
    for (const row of sums.rows) expect(filled).toContainEqual(expect.objectContaining(row));
  });

  it('gets the measure of each text, and marks and tells once what that does not explain', async () => {
    const database = await kept.open();
    const { ledger, lines } = await upgrade(database);
    await ledger.migrate();

    const told = lines.filter((line) => 'keptCount' in line);
    expect(told).toEqual([
      expect.objectContaining({ keptCount: 2, messages: ['default/108', 'default/500'] }),
    ]);
    const { messages = [], message_history: history = [] } = await readTables(database);
    expect(messages.filter((row) => row['credits_kept'] !== 0).map((row) => row['message_id'])).toEqual([
      108, 500,
    ]);
    for (const row of [...messages, ...history]) {
      const measure = measureText(String(row['text']));
      expect(row).toMatchObject({ measure_version: measureVersion, characters: measure.characters });
      expect(row['words_are_unique']).toBe(measure.wordsAreUnique ? 1 : 0);
    }
    // Amended under the first card, before the period got the second one.
    const amended = history.find((row) => row['message_id'] === 400);
    expect(amended).toMatchObject({ rate_card_version: 'default-1', credits_kept: 0, report_cost: null });
    const withdrawn = history.find((row) => row['message_id'] === 301);
    expect(withdrawn).toMatchObject({ report_cost: 155_000, credits_kept: 0 });
  });

  it('goes on with pulls, in which a message that keeps its credits keeps them', async () => {
    const database = await kept.open();
    const { ledger } = await upgrade(database);
    const before = await readUsage(ledger, { account: 'default' });
    const recorded = await readAll(ledger, { account: 'default' });
    // As today's code prices "May day" by the second card, which knows no bonus: 1 + 7×0.1 + 2×0.1 + 0.3.
    const credits = Credits.parse('2.2');
    const asPulled = recorded.map((message) =>
      toPricedMessage(message.id === 500 ? Object.assign({}, message, { credits }) : message),
    );

    const pull = (messages: readonly PricedMessage[]) =>
      recordPull(ledger, messages, {
        account: 'default',
        rateCard: before.rateCard,
        pulledAtMs: Date.parse('2024-05-06T00:00:00.000Z'),
      });
    expect(await pull(asPulled)).toMatchObject({ changed: false });
    const result = await pull([
      ...asPulled,
      textMessage(504, Date.parse('2024-05-05T00:00:00.000Z') / minuteMs),
    ]);

    expect(result).toMatchObject({ changed: true, added: 1, amended: 0, repriced: 0, withdrawn: 0 });
    const after = await readAll(ledger, { account: 'default' });
    expect(after.slice(0, -1)).toEqual(recorded);
  });
});
