import * as fc from 'fast-check';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import type { Database } from '../../src/ledger/database/database.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { allMessages } from '../../src/ledger/reading/message-filter.ts';
import type { MessageKey } from '../../src/ledger/reading/message-order.ts';
import type { RecordedMessage } from '../../src/ledger/reading/message-page.ts';
import { testDatabases } from '../support/databases.ts';
import { keyOf } from './message-keys.ts';
import { type ModelPeriod, selectMessages } from './model-ledger.ts';
import { addUp, sumUp, sumUpReports, sumUpSlots } from './model-sums.ts';
import { PlayedHistory, Tally } from './played-history.ts';
import { toPricedMessage } from './priced-messages.ts';
import { type PageQuery, someFilter, somePageQuery } from './random-queries.ts';
import { someAdditions, someEvents } from './random-upstream.ts';
import { openTestLedger, readAll, readUsage } from './test-ledger.ts';

describe.each(testDatabases)('random histories on $name', (testDatabase) => {
  it('give the same rows, pages and sums as the plain model', { timeout: 90_000 }, async () => {
    const { ledger, database } = await openTestLedger(testDatabase);
    const tally = new Tally();
    await fc.assert(
      fc.asyncProperty(
        someAdditions,
        fc.array(someEvents, { maxLength: 10 }),
        fc.array(somePageQuery, { minLength: 6, maxLength: 6 }),
        fc.array(someFilter, { minLength: 2, maxLength: 2 }),
        async (first, later, pageQueries, filters) => {
          tally.add('histories', 1);
          const history = new PlayedHistory(ledger, `history ${tally.counts['histories']}`);
          for (const events of [first, ...later]) await history.pull(events, tally);
          await expectSameHistory(database, history);
          for (const period of history.model.periods) {
            const rows = await expectSamePeriod(ledger, history, period);
            for (const query of pageQueries) await expectSamePage(ledger, history, { period, rows, query });
            for (const filter of [allMessages, ...filters]) {
              await expectSameSums(ledger, { account: history.account, periodId: period.id, filter }, period);
            }
            tally.add('periods', 1);
            tally.add('messages', period.messages.length);
            tally.add('pages', pageQueries.length);
          }
        },
      ),
      {
        numRuns: testDatabase.name === 'SQLite' ? 150 : 60,
        seed: 20_240_429,
        interruptAfterTimeLimit: 60_000,
      },
    );
    console.log(`random histories on ${testDatabase.name}: ${JSON.stringify(tally.counts)}`);
    // Else the events are badly chosen.
    for (const count of Object.values(tally.counts)) expect(count).toBeGreaterThan(0);
  });
});

async function expectSamePeriod(
  ledger: Ledger,
  { account, model }: PlayedHistory,
  { id, fromMs, toMs, messages, reports }: ModelPeriod,
): Promise<readonly RecordedMessage[]> {
  const { period, freshness, totals } = await readUsage(ledger, { account, periodId: id });
  expect(period).toEqual({ id, fromMs, toMs });
  expect(freshness).toEqual({
    asOfMs: model.asOfMs,
    revision: model.revision,
    setAsideCount: model.setAsideCount,
  });
  expect(totals).toEqual(sumUp(messages));
  const rows = await readAll(ledger, { account, periodId: id });
  expect(rows.map(toPricedMessage)).toEqual(messages);
  const readings = await ledger.readReports(account, id, [1, 2, 3, 4, 5, 6, 99]);
  expect(readings.toSorted((a, b) => a.reportId - b.reportId)).toEqual([...reports.values()]);
  return rows;
}

async function expectSameHistory(database: Database, { account, model }: PlayedHistory): Promise<void> {
  const { rows } = await sql<{ id: number; revision: number; change: string; text: string }>`
    select message_id as id, revision, change, text from message_history where account_id = ${account}
    order by revision, message_id`.execute(database.reads);
  const expected = model.history.toSorted((a, b) => a.revision - b.revision || a.id - b.id);
  expect(rows).toEqual(expected);
}

async function expectSamePage(
  ledger: Ledger,
  { account }: PlayedHistory,
  given: {
    readonly period: ModelPeriod;
    readonly rows: readonly RecordedMessage[];
    readonly query: PageQuery;
  },
): Promise<void> {
  const { period, rows } = given;
  const { filter, order, after, before, limit, backward } = given.query;
  const expected = selectMessages(period.messages, filter, order);
  // A place beyond the list stands for no key at all.
  const keyAt = (place: number): MessageKey | null => {
    const row = rows.find(({ id }) => id === expected[place]?.id);
    return row === undefined ? null : keyOf(row, order);
  };
  const page = await ledger.readMessages({
    account,
    periodId: period.id,
    filter,
    order,
    after: keyAt(after),
    before: keyAt(before),
    limit,
    backward,
  });

  const start = after < expected.length ? after + 1 : 0;
  const between = expected.slice(start, Math.max(start, before < expected.length ? before : expected.length));
  expect(page.map(toPricedMessage)).toEqual(backward ? between.slice(-limit) : between.slice(0, limit));
}

async function expectSameSums(
  ledger: Ledger,
  query: Parameters<Ledger['readReportTotals']>[0],
  period: ModelPeriod,
): Promise<void> {
  const passing = selectMessages(period.messages, query.filter, []);
  const totals = await ledger.readTotals(query);
  const slots = await ledger.readSlots(query);
  const byReport = await ledger.readReportTotals(query);
  expect(totals).toEqual(sumUp(passing));
  expect(slots).toEqual(sumUpSlots(passing));
  expect(byReport).toEqual(sumUpReports(passing, period.reports));
  expect(addUp(slots)).toEqual(totals);
  expect(addUp(byReport)).toEqual(totals);
}
