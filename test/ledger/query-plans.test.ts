import { CompiledQuery, type Kysely, type KyselyPlugin, sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import type { Database } from '../../src/ledger/database/database.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import { allMessages } from '../../src/ledger/reading/message-filter.ts';
import type { MessageOrder } from '../../src/ledger/reading/message-order.ts';
import type { RecordedMessage } from '../../src/ledger/reading/message-page.ts';
import type { PricedMessage } from '../../src/ledger/recording/pull.ts';
import type { Tables } from '../../src/ledger/database/tables.ts';
import { testDatabases } from '../support/databases.ts';
import { keptLedgers } from './kept-ledgers.ts';
import { keyOf } from './message-keys.ts';
import { found, report, reportMessage, textMessage, unpricedMessage } from './priced-messages.ts';
import { account, openTestLedger, recordPull } from './test-ledger.ts';

// PGlite needs long for many.
const messageCounts = { sqlite: 20_000, postgres: 5_000 };
const reports = Array.from({ length: 20 }, (_, index) => report(index + 1, `Report ${index}`, `${index}`));

function someMessage(id: number): PricedMessage {
  const ofMessage = reports[id % reports.length];
  if (id % 3 !== 0 || ofMessage === undefined) return textMessage(id, id, { credits: `${1 + (id % 500)}` });
  return id % 97 === 0 ? unpricedMessage(id, id, 77) : reportMessage(id, id, ofMessage);
}

// The index by which each order is read; ties can be read from the one that falls and the one that rises.
const orders: readonly (readonly [index: RegExp, order: readonly MessageOrder[]])[] = [
  [/messages_by_position/, []],
  [/messages_by_timestamp/, [{ field: 'TIMESTAMP', direction: 'ASC' }]],
  [/messages_by_timestamp/, [{ field: 'TIMESTAMP', direction: 'DESC' }]],
  [/messages_by_credits/, [{ field: 'CREDITS_USED', direction: 'ASC' }]],
  [/messages_by_credits/, [{ field: 'CREDITS_USED', direction: 'DESC' }]],
  [/messages_by_report_name/, [{ field: 'REPORT_NAME', direction: 'ASC' }]],
  [/messages_by_report_name/, [{ field: 'REPORT_NAME', direction: 'DESC' }]],
];

// Ties may be sorted, as those of a falling timestamp are, for which there is no index of its own. PostgreSQL knows
// how few some rows are, and may sort those as well.
const badPlans = { sqlite: /SCAN|TEMP B-TREE FOR ORDER BY/, postgres: /Seq Scan/ };

/** The database with all its reads recorded; `explain` tells how those since the last call were carried out. */
function explained(database: Database): {
  readonly database: Database;
  readonly explain: () => Promise<readonly string[]>;
} {
  const statements: CompiledQuery[] = [];
  const recorded = (db: Kysely<Tables>): Kysely<Tables> => {
    const plugin: KyselyPlugin = {
      transformQuery({ node, queryId }) {
        statements.push(db.getExecutor().compileQuery(node, queryId));
        return node;
      },
      transformResult: async ({ result }) => result,
    };
    return db.withPlugin(plugin);
  };
  return {
    database: { ...database, reads: recorded(database.reads), scans: recorded(database.scans) },
    async explain() {
      const keyword = database.kind === 'sqlite' ? 'explain query plan' : 'explain';
      const plans: string[] = [];
      for (const { sql, parameters } of statements.splice(0)) {
        const { rows } = await database.reads.executeQuery<{ detail?: string; 'QUERY PLAN'?: string }>(
          CompiledQuery.raw(`${keyword} ${sql}`, [...parameters]),
        );
        plans.push(rows.map((row) => row.detail ?? row['QUERY PLAN'] ?? '').join('\n'));
      }
      return plans;
    },
  };
}

/** Accounts a0, a1 …, each asked for a millisecond after the one before. */
async function insertAccounts({ writes }: Database, count: number): Promise<void> {
  const rows = Array.from({ length: count }, (_, index) => ({
    account_id: `a${index}`,
    revision: 0,
    period_id: null,
    as_of_ms: null,
    next_pull_at_ms: 0,
    asked_at_ms: index,
    lease_owner: null,
    lease_until_ms: 0,
  }));
  for (let start = 0; start < count; start += 500) {
    await writes
      .insertInto('accounts')
      .values(rows.slice(start, start + 500))
      .execute();
  }
}

describe.each(testDatabases)('the plans of reads on $name', (testDatabase) => {
  it('go through an index of their order and never through all messages', { timeout: 60_000 }, async () => {
    const opened = await openTestLedger(testDatabase);
    const messages = Array.from({ length: messageCounts[opened.database.kind] }, (_, index) =>
      someMessage(index + 1),
    );
    await recordPull(opened.ledger, messages, { readings: reports.map(found) });
    // Right after the pull: PostgreSQL's server would gather its statistics within the next minute only.
    const { database, explain } = explained(opened.database);
    const ledger = new Ledger({ database, now: () => new Date(0) });

    const readKeyMessage = async (id: number): Promise<RecordedMessage> => {
      const message = await ledger.readMessage(account, id);
      if (message === null) throw new Error(`message ${id} was recorded`);
      return message;
    };
    // Priced by a report, unpriced, priced from the text.
    const middle = [await readKeyMessage(2_400), await readKeyMessage(2_328), await readKeyMessage(2_401)];
    for (const plan of await explain()) expect(plan).toMatch(/messages_key|sqlite_autoindex_messages_1/);

    const period = { account, periodId: 1, filter: allMessages, limit: 50 };
    for (const [index, order] of orders) {
      for (const backward of [false, true]) {
        for (const start of [null, ...middle]) {
          const key = start === null ? null : keyOf(start, order);
          const ends = backward ? { after: null, before: key } : { after: key, before: null };
          await ledger.readMessages({ ...period, ...ends, order, backward });
          const isGood = (plan: string): boolean =>
            (database.kind === 'sqlite' ? index : /messages_by_/).test(plan) &&
            !badPlans[database.kind].test(plan);
          const bad = (await explain()).filter((plan) => !isGood(plan));
          expect({ order, ends, backward, bad }).toEqual({ order, ends, backward, bad: [] });
        }
      }
    }
  });

  it.runIf(testDatabase.name !== 'SQLite')(
    'are made with statistics right after a pull that grows the messages much',
    async () => {
      const { database, ledger } = await openTestLedger(testDatabase);
      const readKnownCount = async (): Promise<number> => {
        const read = await sql<{ rows: number }>`
          select cast(reltuples as float8) as rows from pg_class where oid = 'messages'::regclass`.execute(
          database.reads,
        );
        return read.rows[0]?.rows ?? 0;
      };
      const messages = Array.from({ length: 6_000 }, (_, index) => someMessage(index + 1));
      await recordPull(ledger, messages.slice(0, 10), { readings: reports.map(found) });
      expect(await readKnownCount()).toBeLessThan(100);
      await recordPull(ledger, messages, {});
      expect(await readKnownCount()).toBe(6_000);
    },
  );

  it('find the accounts asked for most recently without a look at the others', async () => {
    const opened = await openTestLedger(testDatabase);
    await insertAccounts(opened.database, 5_000);
    if (opened.database.kind === 'postgres') await sql`analyze`.execute(opened.database.writes);
    const { database, explain } = explained(opened.database);
    const ledger = new Ledger({ database, now: () => new Date(0) });

    expect(await ledger.readAskedAccounts({ sinceMs: 1, limit: 3 })).toEqual([
      { account: 'a4999', askedAtMs: 4_999 },
      { account: 'a4998', askedAtMs: 4_998 },
      { account: 'a4997', askedAtMs: 4_997 },
    ]);
    const [plan] = await explain();
    expect(plan).toMatch(/accounts_by_asked/);
    expect(plan).not.toMatch(badPlans[database.kind]);
  });
});

describe.each(keptLedgers)('a ledger of the first release, made of $name', (kept) => {
  it('finds the accounts asked for as fast as a new one, once it is brought up to date', async () => {
    const opened = await kept.open();
    await sql`drop index accounts_by_asked`.execute(opened.writes);
    await sql`delete from kysely_migration where name = '0002-asked-accounts'`.execute(opened.writes);
    await sql`update accounts set asked_at_ms = 0`.execute(opened.writes);
    await new Ledger({ database: opened, now: () => new Date(0) }).migrate();
    await insertAccounts(opened, 5_000);
    if (opened.kind === 'postgres') await sql`analyze`.execute(opened.writes);
    const { database, explain } = explained(opened);
    const ledger = new Ledger({ database, now: () => new Date(0) });

    expect(await ledger.readAskedAccounts({ sinceMs: 4_998, limit: 10 })).toHaveLength(2);
    expect(await explain()).toEqual([expect.stringMatching(/accounts_by_asked/)]);
  });
});
