import { describe, expect, it } from 'vitest';
import { Credits } from '../../src/billing/credits.ts';
import { defaultRateCard } from '../../src/billing/rate-card.ts';
import type { Database } from '../../src/ledger/database/database.ts';
import { nameKey } from '../../src/ledger/keys/name-key.ts';
import { allMessages } from '../../src/ledger/reading/message-filter.ts';
import { type LateReading, type LateReport } from '../../src/ledger/recording/pull.ts';
import { SnapshotConflict } from '../../src/ledger/recording/snapshot-refused.ts';
import { testDatabases } from '../support/databases.ts';
import { found, minuteMs, report, reportMessage, textMessage, unpricedMessage } from './priced-messages.ts';
import { account, beginPull, openTestLedger, readRows, readUsage, recordPull } from './test-ledger.ts';

const lease = report(5, 'Lease Report', '15.5');
const unread = (reportId: number, readAtMs = 1) => ({ reportId, readAtMs, status: 'unread' }) as const;

/** Lets every report that is waited for answer the same. */
function answerAll(answer: 'missing' | 'unread'): (waiting: readonly LateReport[]) => readonly LateReading[] {
  return (waiting) => waiting.map((late) => ({ ...late, readAtMs: 9, status: answer }));
}

const answerLease = (waiting: readonly LateReport[]): readonly LateReading[] =>
  waiting.map(({ periodId }) => ({ ...found(lease), readAtMs: 9, periodId }));

/** The rows of a period by table, each by its id. */
async function readPeriodRows(database: Database, periodId: number) {
  const ofPeriod = async (table: Parameters<typeof readRows>[1]) =>
    (await readRows(database, table)).filter((row) => row['period_id'] === periodId);
  return {
    periods: await ofPeriod('periods'),
    messages: await ofPeriod('messages'),
    reports: await ofPeriod('reports'),
    history: await ofPeriod('message_history'),
    sums: await ofPeriod('usage_sums'),
  };
}

describe.each(testDatabases)('an unpriced message of a closed period on $name', (testDatabase) => {
  it('gets what its report costs once that answers, and then no more', async () => {
    const { ledger, database } = await openTestLedger(testDatabase);
    await recordPull(ledger, [textMessage(1, 10), unpricedMessage(2, 20, 5)], { readings: [unread(5)] });
    await recordPull(ledger, [textMessage(3, 40)]);
    const before = await readPeriodRows(database, 1);

    const result = await recordPull(ledger, [textMessage(3, 40)], { readLate: answerLease });

    expect(result).toMatchObject({ changed: true, revision: 3, added: 0, repriced: 0, pricedLate: 1 });
    expect((await readUsage(ledger)).freshness.revision).toBe(3);
    const totals = { creditsUsed: Credits.parse('16.75'), messageCount: 2, unpricedCount: 0 }; // 1.25 + 15.5
    const closed = { account, periodId: 1, filter: allMessages };
    expect((await readUsage(ledger, { periodId: 1 })).totals).toEqual(totals);
    expect(await ledger.readTotals({ ...closed, filter: { ...allMessages, text: 'message' } })).toEqual(
      totals,
    );
    expect(await ledger.readSlots(closed)).toEqual([
      { fromMs: 0, totals: { creditsUsed: Credits.parse('1.25'), messageCount: 1, unpricedCount: 0 } },
      {
        fromMs: 15 * minuteMs,
        totals: { creditsUsed: Credits.parse('15.5'), messageCount: 1, unpricedCount: 0 },
      },
    ]);
    expect(await ledger.readReportTotals(closed)).toEqual([
      {
        report: lease,
        creditCost: lease.creditCost,
        totals: { creditsUsed: Credits.parse('15.5'), messageCount: 1, unpricedCount: 0 },
      },
      {
        report: null,
        creditCost: null,
        totals: { creditsUsed: Credits.parse('1.25'), messageCount: 1, unpricedCount: 0 },
      },
    ]);

    const after = await readPeriodRows(database, 1);
    expect(after.messages).toEqual(
      before.messages.map((row) =>
        row['message_id'] === 2
          ? {
              ...row,
              credits: 155_000,
              report_name: 'Lease Report',
              report_name_key: nameKey('Lease Report'),
            }
          : row,
      ),
    );
    expect(after.reports).toMatchObject([{ status: 'found', credit_cost: 155_000, read_at_ms: 9 }]);
    expect(after.periods).toEqual([{ ...before.periods[0], credits: 167_500, unpriced_count: 0 }]);

    const again = await recordPull(ledger, [textMessage(3, 40)], { readLate: answerLease });
    expect(again).toMatchObject({ changed: false, revision: 3, pricedLate: 0 });
    expect(await readPeriodRows(database, 1)).toEqual(after);
  });

  it('is priced from its text when there is no such report, by the card of its own period', async () => {
    const { ledger } = await openTestLedger(testDatabase);
    const cardA = { ...defaultRateCard, version: 'A' };
    const cardB = { ...defaultRateCard, version: 'B', base: Credits.parse('30') };
    const late = unpricedMessage(1, 10, 7, '123');
    await recordPull(ledger, [late], { rateCard: cardA, readings: [unread(7)] });
    await recordPull(ledger, [textMessage(2, 20)], { rateCard: cardB });

    const readLate = answerAll('missing');
    const result = await recordPull(ledger, [textMessage(2, 20)], { rateCard: cardB, readLate });

    expect(result).toMatchObject({ changed: true, revision: 3, pricedLate: 1 });
    const credits = Credits.parse('1.15'); // 1 + 3×0.05
    expect(await ledger.readMessage(account, 1)).toMatchObject({ reportId: 7, reportName: null, credits });
    expect(await ledger.readReports(account, 1, [7])).toMatchObject([{ status: 'missing' }]);
    const { totals, rateCard } = await readUsage(ledger, { periodId: 1 });
    expect(totals).toEqual({ creditsUsed: credits, messageCount: 1, unpricedCount: 0 });
    expect(rateCard).toEqual(cardA);
  });

  it('stays without one while its report fails, whose turn comes after the others then', async () => {
    const { ledger, database } = await openTestLedger(testDatabase);
    await recordPull(ledger, [unpricedMessage(1, 10, 7), unpricedMessage(2, 20, 8)], {
      readings: [unread(7, 1), unread(8, 2)],
    });
    await recordPull(ledger, [textMessage(3, 40)]);
    const before = await readPeriodRows(database, 1);
    const first = { periodId: 1, reportId: 7, readAtMs: 1 };
    const second = { periodId: 1, reportId: 8, readAtMs: 2 };

    const result = await recordPull(ledger, [textMessage(3, 40)], {
      readLate(waiting) {
        expect(waiting).toEqual([first, second]);
        return answerAll('unread')(waiting.slice(0, 1));
      },
    });

    expect(result).toMatchObject({ changed: false, revision: 2, pricedLate: 0 });
    const reports = before.reports.map((row) => (row['report_id'] === 7 ? { ...row, read_at_ms: 9 } : row));
    expect(await readPeriodRows(database, 1)).toEqual({ ...before, reports });
    const pull = await beginPull(ledger);
    expect(pull.lateReports).toEqual([second, { ...first, readAtMs: 9 }]);
    await pull.release();
  });

  it('takes nothing from what has a price, be it of the same report', async () => {
    const { ledger, database } = await openTestLedger(testDatabase);
    const cheap = report(5, 'Cheap Report', '3');
    const read = report(6, 'Rent Report', '7');
    await recordPull(
      ledger,
      [reportMessage(1, 10, cheap), unpricedMessage(2, 20, 5), reportMessage(3, 30, read)],
      { readings: [unread(5), found(read)] },
    );
    await recordPull(ledger, [textMessage(4, 40), unpricedMessage(5, 50, 8)], { readings: [unread(8)] });
    const [closed, open] = [await readPeriodRows(database, 1), await readPeriodRows(database, 2)];

    const dearer = report(6, 'Dear Report', '99');
    await recordPull(ledger, [textMessage(4, 40), unpricedMessage(5, 50, 8)], {
      readLate: (waiting) => [
        ...answerLease(waiting),
        // Nobody waits for these: a report that was read, one of the open period, one of a period that never was.
        { ...found(dearer), periodId: 1 },
        { reportId: 8, readAtMs: 9, status: 'missing', periodId: 2 },
        { reportId: 8, readAtMs: 9, status: 'missing', periodId: 3 },
      ],
    });

    const after = await readPeriodRows(database, 1);
    expect(after.messages).toEqual(
      closed.messages.map((row) =>
        row['message_id'] === 2
          ? {
              ...row,
              credits: 155_000,
              report_name: 'Lease Report',
              report_name_key: nameKey('Lease Report'),
            }
          : row,
      ),
    );
    expect(after.reports.filter((row) => row['report_id'] === 6)).toEqual(
      closed.reports.filter((row) => row['report_id'] === 6),
    );
    expect(await readPeriodRows(database, 2)).toEqual(open);
  });

  it('gets it in whatever period it is, along with what else the pull brings', async () => {
    const { ledger } = await openTestLedger(testDatabase);
    await recordPull(ledger, [unpricedMessage(1, 10, 5)], { readings: [unread(5)] });
    await recordPull(ledger, [unpricedMessage(2, 20, 5)], { readings: [unread(5)] });
    await recordPull(ledger, [unpricedMessage(3, 30, 5)], { readings: [unread(5)] });

    const result = await recordPull(ledger, [reportMessage(4, 40, lease)], {
      readings: [found(lease)],
      readLate: answerLease,
    });

    // The period that this very pull closes is waited for from the next one on.
    // The snapshot raises the revision, and so do the late prices.
    expect(result).toMatchObject({ changed: true, revision: 5, added: 1, rolledOver: true, pricedLate: 2 });
    const next = await recordPull(ledger, [], { readLate: answerLease });
    expect(next).toMatchObject({ changed: true, revision: 6, added: 0, pricedLate: 1 });
    for (const periodId of [1, 2, 3, 4]) {
      const { totals } = await readUsage(ledger, { periodId });
      expect(totals).toEqual({ creditsUsed: lease.creditCost, messageCount: 1, unpricedCount: 0 });
    }
  });

  it('gets it from a pull whose list is refused as well, and is not waited for once it is withdrawn', async () => {
    const { ledger, database } = await openTestLedger(testDatabase);
    await recordPull(ledger, [unpricedMessage(1, 10, 5), unpricedMessage(2, 20, 6)], {
      readings: [unread(5), unread(6)],
    });
    await recordPull(ledger, [unpricedMessage(1, 10, 5)]);
    await recordPull(ledger, [textMessage(3, 40)]);
    const before = await readPeriodRows(database, 2);

    const strangers = recordPull(ledger, [textMessage(4, 30)], {
      readLate(waiting) {
        expect(waiting).toEqual([{ periodId: 1, reportId: 5, readAtMs: 1 }]);
        return answerLease(waiting);
      },
    });

    await expect(strangers).rejects.toThrow(SnapshotConflict);
    expect(await readPeriodRows(database, 2)).toEqual(before);
    expect((await readUsage(ledger)).freshness.revision).toBe(4);
    const { totals } = await readUsage(ledger, { periodId: 1 });
    expect(totals).toEqual({ creditsUsed: lease.creditCost, messageCount: 1, unpricedCount: 0 });
  });

  it('is priced with all others of its report, however many and long their texts are', async () => {
    const { ledger } = await openTestLedger(testDatabase);
    const short = Array.from({ length: 1_100 }, (_, place) => unpricedMessage(place + 1, 10, 7, '123'));
    // 1 MB each.
    const long = Array.from({ length: 5 }, (_, place) =>
      unpricedMessage(5_000 + place, 10, 7, '12'.repeat(500_000)),
    );
    await recordPull(ledger, [...long, ...short], { readings: [unread(7)] });
    await recordPull(ledger, [textMessage(9_000, 40)]);

    const result = await recordPull(ledger, [], { readLate: answerAll('missing') });

    expect(result).toMatchObject({ changed: true, revision: 3, pricedLate: 1_105 });
    const { totals } = await readUsage(ledger, { periodId: 1 });
    expect(totals).toEqual({
      creditsUsed: Credits.parse('251295'), // 1,100×(1 + 3×0.05) + 5×(1 + 1,000,000×0.05 + 5)
      messageCount: 1_105,
      unpricedCount: 0,
    });
  });
});
