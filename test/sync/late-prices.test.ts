import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, describe, expect, it } from 'vitest';
import { defaultRateCard, encodeRateCard } from '../../src/billing/rate-card.ts';
import type { Database } from '../../src/ledger/database/database.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { PullResult, ReportReading } from '../../src/ledger/recording/pull.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import type { Upstream } from '../../src/upstream/upstream.ts';
import { pullAccount } from '../../src/sync/pull-account.ts';
import { SetAsideLog } from '../../src/sync/set-aside-log.ts';
import { report, textMessage, unpricedMessage } from '../ledger/priced-messages.ts';
import { account, openTestLedger, readUsage, recordPull } from '../ledger/test-ledger.ts';
import { type App, startApp } from '../support/app.ts';
import { captureLog } from '../support/captured-log.ts';
import { testDatabases } from '../support/databases.ts';
import { type ScriptedUpstream, startScriptedUpstream } from '../support/scripted-upstream.ts';

const folder = mkdtempSync(join(tmpdir(), 'usage-late-'));
afterAll(() => rmSync(folder, { recursive: true }));

const april = [
  { id: 1, text: '123', timestamp: '2024-04-01T08:00:00.000Z' }, // 1 + 3×0.05
  { id: 2, text: '1234', timestamp: '2024-04-02T08:00:00.000Z', report_id: 5 },
];
const may = [{ id: 3, text: '123', timestamp: '2024-05-01T09:00:00.000Z' }];

const document = `{ usage(periodId: 1) {
  period { status }
  freshness { revision }
  totals { creditsUsed unpricedCount }
  windows(size: MONTH, timeZone: "UTC") { totals { creditsUsed } }
  byReport { report { name } totals { creditsUsed } }
  messages(orderBy: [{ field: CREDITS_USED, direction: DESC }]) { nodes { id creditsUsed report { name } charge { kind rateCard { version } } } }
} }`;

/** Starts with a period that closed before its report 5 could be read. */
async function closeUnpriced(app: App): Promise<void> {
  await app.waitForRevision(1);
  app.upstream.setMessages(may);
  await app.waitForRevision(2);
}

/** A clock beside the real one, which can be put forward. */
class Clock {
  #skippedMs = 0;
  readonly now = (): Date => new Date(Date.now() + this.#skippedMs);

  /**
   * Lets the pause between two tries of a late report go by, until something has come of it. Once may be too few: a try
   * that is under way meanwhile ends by the later clock.
   */
  async skipPauseUntil(done: Promise<void>): Promise<void> {
    const skip = (): void => {
      this.#skippedMs += 60_000;
    };
    skip();
    const timer = setInterval(skip, 1_000);
    try {
      await done;
    } finally {
      clearInterval(timer);
    }
  }
}

function tellApril(upstream: ScriptedUpstream): void {
  upstream.setMessages(april);
  // No report, and nothing that is worth another try at once.
  upstream.setReport(5, (response) => response.end('<html>busy</html>'));
}

/** Only the test's own clock can be put forward: what is due goes by it here, on a server too. */
function byTestClock(database: Database): Database {
  return { ...database, sharedClockMs: null };
}

describe.each(testDatabases)('a closed period that lacks a price on $name', (testDatabase) => {
  it('says so until its report answers, and is whole from then on', async () => {
    const clock = new Clock();
    const app = await startApp({
      database: byTestClock(await testDatabase.open()),
      script: tellApril,
      now: clock.now,
    });
    await closeUnpriced(app);
    await app.waitForPull();
    expect(await app.data(document)).toMatchObject({
      usage: {
        freshness: { revision: 2 },
        totals: { creditsUsed: '1.15', unpricedCount: 1 },
        messages: { nodes: [{ creditsUsed: '1.15' }, { creditsUsed: null, report: null, charge: null }] },
      },
    });
    expect((await app.get('/usage.csv?period=1')).status).toBe(503);

    app.upstream.setReport(5, { name: 'Lease Report', credit_cost: 15.5 });
    await clock.skipPauseUntil(app.waitForRevision(3));

    const expected = {
      usage: {
        period: { status: 'CLOSED' },
        freshness: { revision: 3 },
        totals: { creditsUsed: '16.65', unpricedCount: 0 }, // 1.15 + 15.5
        windows: [{ totals: { creditsUsed: '16.65' } }],
        byReport: [
          { report: { name: 'Lease Report' }, totals: { creditsUsed: '15.50' } },
          { report: null, totals: { creditsUsed: '1.15' } },
        ],
        messages: {
          nodes: [
            {
              id: '2',
              creditsUsed: '15.50',
              report: { name: 'Lease Report' },
              charge: { kind: 'REPORT', rateCard: { version: 'default-1' } },
            },
            {
              id: '1',
              creditsUsed: '1.15',
              report: null,
              charge: { kind: 'TEXT', rateCard: { version: 'default-1' } },
            },
          ],
        },
      },
    };
    expect(await app.data(document)).toEqual(expected);
    const csv = await app.get('/usage.csv?period=1');
    expect(await csv.text()).toBe(
      'message_id,timestamp,report_name,credits_used\r\n' +
        '1,2024-04-01T08:00:00.000Z,,1.15\r\n' +
        '2,2024-04-02T08:00:00.000Z,Lease Report,15.50\r\n',
    );

    // It was asked for until it answered, and what it says from now on changes nothing.
    app.upstream.setReport(5, { name: 'Dear Report', credit_cost: 99 });
    const calls = app.upstream.countOf('/reports/5');
    await clock.skipPauseUntil(app.waitForPull());
    await app.waitForPull();
    expect(app.upstream.countOf('/reports/5')).toBe(calls);
    expect(await app.data(document)).toEqual(expected);
    await app.close();
  });

  it('is priced by its own card where its report does not exist, whatever the card is by now', async () => {
    const path = join(folder, `${testDatabase.name}.json`);
    const dear = { ...encodeRateCard(defaultRateCard), version: 'dear-2', perCharacter: '1' };
    writeFileSync(path, JSON.stringify(dear));
    const [before, after] = await testDatabase.openHandles(2);
    if (before === undefined || after === undefined) throw new Error('two handles were asked for');
    const upstream = await startScriptedUpstream();
    tellApril(upstream);
    const clock = new Clock();
    const { now } = clock;
    const old = await startApp({ upstream, database: byTestClock(before), now });
    await closeUnpriced(old);
    await old.close();

    const app = await startApp({
      upstream,
      database: byTestClock(after),
      settings: { RATE_CARD: path },
      now,
    });
    await app.waitForRevision(3); // The open period, by the new card.
    upstream.setReport(5, (response) => response.writeHead(404).end());
    await clock.skipPauseUntil(app.waitForRevision(4));

    expect(await app.data(document)).toMatchObject({
      usage: {
        totals: { creditsUsed: '2.35', unpricedCount: 0 }, // 1.15 + 1 + 4×0.05
        byReport: [{ report: null, totals: { creditsUsed: '2.35' } }],
        messages: {
          nodes: [
            {
              id: '2',
              creditsUsed: '1.20',
              report: null,
              charge: { kind: 'TEXT', rateCard: { version: 'default-1' } },
            },
            { id: '1', creditsUsed: '1.15' },
          ],
        },
      },
    });
    await app.close();
    await upstream.close();
  });

  it('gets it from a pull whose list is empty as well', async () => {
    const clock = new Clock();
    const app = await startApp({
      database: byTestClock(await testDatabase.open()),
      script: tellApril,
      now: clock.now,
    });
    await closeUnpriced(app);
    app.upstream.setMessages([]);
    await app.waitForPull();
    app.upstream.setReport(5, { name: 'Lease Report', credit_cost: 15.5 });
    await clock.skipPauseUntil(app.waitForRevision(3));
    expect(await app.data('{ usage(periodId: 1) { totals { creditsUsed unpricedCount } } }')).toEqual({
      usage: { totals: { creditsUsed: '16.65', unpricedCount: 0 } },
    });
    await app.close();
  });
});

/** Unless told otherwise, the higher its number, the longer ago it was tried. */
function unread(reportId: number, readAtMs = 100 - reportId): ReportReading {
  return { reportId, readAtMs, status: 'unread' };
}

describe('the reports that closed periods wait for', () => {
  const secondMs = 1_000;

  /** Pulls one message, whose report is 1, from an upstream that takes a second for each report and has none but 5. */
  async function pull(ledger: Ledger, asked: number[]): Promise<PullResult | 'unchanged' | null> {
    let nowMs = 100 * secondMs;
    const log = createLog('silent');
    const metrics = createMetrics();
    const upstream: Upstream = {
      async *readMessages() {
        yield { messages: [{ ...textMessage(100, 500), reportId: 1 }], invalid: [] };
      },
      async readReport(_, reportId) {
        asked.push(reportId);
        nowMs += secondMs;
        if (reportId !== 5) throw new Error('the report fails');
        return report(5, 'Lease Report', '15.5');
      },
      async close() {},
    };
    return pullAccount(account, {
      ledger,
      upstream,
      rateCard: defaultRateCard,
      reportMaxAgeMs: 0,
      reportsTimeoutMs: 36 * secondMs, // 9 s for these
      now: () => new Date(nowMs),
      setAside: new SetAsideLog({ log, metrics }),
      metrics,
      log,
    });
  }

  it.each(testDatabases)(
    'are asked for once, after the open period’s and while there is time, in turn, on $name',
    async (testDatabase) => {
      const { ledger } = await openTestLedger(testDatabase);
      const ids = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
      const messages = ids.map((id) => unpricedMessage(id, id, id));
      const readings = ids.map((id) => unread(id));
      await recordPull(ledger, messages, { readings });
      await recordPull(ledger, [unpricedMessage(50, 50, 5)], { readings });
      await recordPull(ledger, [textMessage(100, 500)]);

      const asked: number[] = [];
      // The open period's report 1, which the first period names as well; then from the one tried the longest ago on.
      expect(await pull(ledger, asked)).toMatchObject({ pricedLate: 2 });
      expect(asked).toEqual([1, 12, 11, 10, 9, 8, 7, 6, 5, 4]);

      // Those that the time did not suffice for come first now, and the others not at all for a minute.
      asked.length = 0;
      expect(await pull(ledger, asked)).toMatchObject({ changed: false, pricedLate: 0 });
      expect(asked).toEqual([1, 3, 2]);

      expect((await readUsage(ledger, { periodId: 1 })).totals).toMatchObject({ unpricedCount: 11 });
      expect((await readUsage(ledger, { periodId: 2 })).totals).toMatchObject({ unpricedCount: 0 });
    },
  );

  it.each(testDatabases)(
    'are asked for at once if they never were, and else a minute after the last try, on $name',
    async (testDatabase) => {
      const { ledger } = await openTestLedger(testDatabase);
      // The pull comes to them at 101 s.
      const triedAtMs = new Map([
        [2, 0],
        [3, 41 * secondMs],
        [4, 41 * secondMs + 1],
        [5, 100 * secondMs],
      ]);
      const readings = [...triedAtMs].map(([reportId, readAtMs]) => unread(reportId, readAtMs));
      const messages = readings.map(({ reportId }) => unpricedMessage(reportId, reportId, reportId));
      await recordPull(ledger, messages, { readings });
      await recordPull(ledger, [unpricedMessage(50, 50, 5)], { readings: [unread(5, 0)] });
      await recordPull(ledger, [textMessage(100, 500)]);

      const asked: number[] = [];
      // One period has never asked for report 5, and the other one takes the answer as well.
      expect(await pull(ledger, asked)).toMatchObject({ pricedLate: 2 });
      expect(asked).toEqual([1, 2, 5, 3]);
    },
  );

  it.each(testDatabases)(
    'fail no pull where one of them cannot be priced, and keep none of the others from it, on $name',
    async (testDatabase) => {
      const { ledger, database } = await openTestLedger(testDatabase);
      const old = { ...defaultRateCard, version: 'old' };
      await recordPull(ledger, [unpricedMessage(1, 10, 6)], { readings: [unread(6)], rateCard: old });
      await recordPull(ledger, [unpricedMessage(2, 20, 7)], { readings: [unread(7)] });
      await recordPull(ledger, [textMessage(100, 500)]);
      // A card that nobody can price by any more.
      await sql`update rate_cards set card = '{}' where version = 'old'`.execute(database.writes);

      const metrics = createMetrics();
      const { log, lines } = captureLog();
      const nowMs = 200 * secondMs;
      const asked: number[] = [];
      const upstream: Upstream = {
        async *readMessages() {
          yield { messages: [textMessage(100, 500), textMessage(101, 501)], invalid: [] };
        },
        async readReport(_, reportId) {
          asked.push(reportId);
          return null;
        },
        async close() {},
      };
      const pullAgain = () =>
        pullAccount(account, {
          ledger,
          upstream,
          rateCard: defaultRateCard,
          reportMaxAgeMs: 0,
          reportsTimeoutMs: 10 * secondMs,
          now: () => new Date(nowMs),
          setAside: new SetAsideLog({ log, metrics }),
          metrics,
          log,
        });

      expect(await pullAgain()).toMatchObject({ changed: true, added: 1, revision: 5, pricedLate: 1 });
      expect(lines.filter(({ level }) => level === 50)).toMatchObject([
        { reportIds: [6], msg: 'late prices could not be recorded' },
      ]);
      expect(await metrics.latePriceFaults.get()).toMatchObject({ values: [{ value: 1 }] });
      // It was tried: it comes again after a minute, not with each pull.
      expect(await pullAgain()).toMatchObject({ changed: false, revision: 5, pricedLate: 0 });
      expect(asked).toEqual([7, 6]);
    },
  );
});
