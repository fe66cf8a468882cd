import { describe, expect, it } from 'vitest';
import type { Database } from '../../src/ledger/database/database.ts';
import { SnapshotConflict } from '../../src/ledger/recording/snapshot-refused.ts';
import { testDatabases } from '../support/databases.ts';
import { found, minuteMs, report, reportMessage, textMessage } from './priced-messages.ts';
import type { PeriodQuery } from '../../src/ledger/reading/periods.ts';
import { account, openTestLedger, readAll, readRows, readUsage, recordPull } from './test-ledger.ts';

const lease = report(5, 'Lease Report', '15.5');

const newest = (limit: number): PeriodQuery => ({ belowId: null, aboveId: null, limit, backward: false });

async function readPeriodRows(database: Database, periodId: number): Promise<readonly unknown[]> {
  const tables = ['periods', 'messages', 'reports', 'usage_sums', 'message_history'] as const;
  const rows = await Promise.all(tables.map((table) => readRows(database, table)));
  return rows.map((ofTable) => ofTable.filter((row) => row['period_id'] === periodId));
}

async function readEverything(database: Database): Promise<readonly unknown[]> {
  const accounts = await readRows(database, 'accounts');
  return [
    accounts.map((row) => [row['account_id'], row['revision'], row['period_id'], row['as_of_ms']]),
    await readRows(database, 'rate_cards'),
    await readPeriodRows(database, 1),
    await readPeriodRows(database, 2),
  ];
}

describe.each(testDatabases)('a billing period on $name', (testDatabase) => {
  it('begins with the first pull while it is empty, and with its first message from then on', async () => {
    const { ledger } = await openTestLedger(testDatabase);

    const empty = await recordPull(ledger, [], { pulledAtMs: 90 * minuteMs });
    expect(empty).toMatchObject({ changed: true, revision: 1, added: 0 });
    expect((await readUsage(ledger)).period).toEqual({ id: 1, fromMs: 90 * minuteMs, toMs: null });
    expect((await readUsage(ledger)).totals.messageCount).toBe(0);

    const first = await recordPull(ledger, [textMessage(1, 20), textMessage(2, 10)]);
    expect(first).toMatchObject({ changed: true, revision: 2, added: 2, rolledOver: false });
    expect((await readUsage(ledger)).period).toEqual({ id: 1, fromMs: 10 * minuteMs, toMs: null });
  });

  it.each([
    ['100 ms earlier than its last', [20 * minuteMs - 100, 40 * minuteMs], 20 * minuteMs - 100],
    ['in the same millisecond as its last', [20 * minuteMs, 20 * minuteMs + 1], 20 * minuteMs],
    ['earlier than its first', [5 * minuteMs, 20 * minuteMs + 1], 10 * minuteMs],
    ['long before, in an outlier', [-62_135_596_800_000, 50 * minuteMs], 10 * minuteMs],
  ])(
    'closes at a snapshot of strangers whose last message is later, though the first is %s',
    async (_, timesMs, boundMs) => {
      const { ledger } = await openTestLedger(testDatabase);
      await recordPull(ledger, [textMessage(1, 10), textMessage(2, 20)]);
      const next = timesMs.map((timestampMs, place) => ({
        ...textMessage(10 + place, 0),
        timestampMs,
        timestamp: new Date(timestampMs).toISOString(),
      }));

      expect(await recordPull(ledger, next)).toMatchObject({ rolledOver: true, added: 2, withdrawn: 0 });

      const periods = [
        { id: 2, fromMs: boundMs, toMs: null },
        { id: 1, fromMs: 10 * minuteMs, toMs: boundMs },
      ];
      expect(await ledger.readPeriods(account, newest(5))).toEqual(periods);
      // And it stays there, whatever the new period's first message becomes.
      await recordPull(ledger, [...next, textMessage(20, 1)]);
      expect(await ledger.readPeriods(account, newest(5))).toEqual(periods);
    },
  );

  it('is not closed by messages of a closed one, whenever these are said to be from', async () => {
    const { ledger, database } = await openTestLedger(testDatabase);
    await recordPull(ledger, [textMessage(1, 10), textMessage(2, 45)]);
    await recordPull(ledger, [textMessage(3, 40), textMessage(4, 50)]);
    await recordPull(ledger, [textMessage(3, 40)]);
    const before = await readEverything(database);

    const closed = recordPull(ledger, [textMessage(1, 10), textMessage(2, 45)]);
    await expect(closed).rejects.toThrow(SnapshotConflict);
    expect(await readEverything(database)).toEqual(before);

    // Beside a new message they are set aside, and mark no bound.
    const beside = await recordPull(ledger, [textMessage(2, 45), textMessage(5, 60)]);
    expect(beside).toMatchObject({ rolledOver: true, setAside: [{ id: 2, reason: 'closed_period' }] });
    expect((await readUsage(ledger)).period).toEqual({ id: 3, fromMs: 60 * minuteMs, toMs: null });
  });

  it('closes at the first timestamp of a snapshot that lies wholly after it', async () => {
    const { ledger } = await openTestLedger(testDatabase);
    await recordPull(ledger, [textMessage(1, 10), textMessage(2, 20)]);

    const result = await recordPull(ledger, [textMessage(4, 50), textMessage(3, 40)]);

    expect(result).toMatchObject({ changed: true, revision: 2, added: 2, withdrawn: 0, rolledOver: true });
    expect(await ledger.readPeriods(account, newest(5))).toEqual([
      { id: 2, fromMs: 40 * minuteMs, toMs: null },
      { id: 1, fromMs: 10 * minuteMs, toMs: 40 * minuteMs },
    ]);
    expect(await ledger.readPeriods(account, { ...newest(5), belowId: 2 })).toHaveLength(1);
    expect(await ledger.readPeriods(account, newest(1))).toMatchObject([{ id: 2 }]);
    expect(await ledger.readPeriods(account, { ...newest(1), backward: true })).toMatchObject([{ id: 1 }]);
    expect(await ledger.readPeriods(account, { ...newest(5), aboveId: 1 })).toMatchObject([{ id: 2 }]);
    expect((await readAll(ledger)).map(({ id }) => id)).toEqual([4, 3]);
    expect((await readAll(ledger, { periodId: 1 })).map(({ id }) => id)).toEqual([1, 2]);
  });

  it('stays as it is to the last byte once it is closed and lacks no price', async () => {
    const { ledger, database } = await openTestLedger(testDatabase);
    await recordPull(ledger, [textMessage(1, 10), reportMessage(2, 20, lease)], { readings: [found(lease)] });
    await recordPull(ledger, [textMessage(1, 11), reportMessage(2, 20, lease), textMessage(3, 30)]);
    await recordPull(ledger, [textMessage(11, 50), reportMessage(12, 60, lease)]);
    const closed = await readPeriodRows(database, 1);

    const dearer = report(5, 'Dear Lease Report', '99');
    const ofClosed = [textMessage(1, 55, { text: 'changed' }), textMessage(3, 57)];
    await recordPull(ledger, [textMessage(11, 51), ...ofClosed, reportMessage(12, 60, dearer)], {
      readings: [found(dearer)],
    });
    await recordPull(ledger, [textMessage(11, 51)]);
    await recordPull(ledger, []);
    await recordPull(ledger, [textMessage(21, 80)]);

    expect(await readPeriodRows(database, 1)).toEqual(closed);
    expect(await ledger.readReports(account, 1, [5, 6])).toEqual([found(lease)]);
    expect(await ledger.readReports(account, 2, [5])).toEqual([found(dearer)]);
  });

  it('sets aside what a closed period has counted already', async () => {
    const { ledger } = await openTestLedger(testDatabase);
    await recordPull(ledger, [textMessage(1, 10), textMessage(2, 20)]);
    await recordPull(ledger, [textMessage(3, 30)]);

    const result = await recordPull(ledger, [textMessage(2, 20), textMessage(3, 30), textMessage(1, 40)]);

    expect(result).toMatchObject({
      changed: false,
      revision: 2,
      setAside: [
        { id: 1, reason: 'closed_period' },
        { id: 2, reason: 'closed_period' },
      ],
    });
    expect((await readAll(ledger)).map(({ id }) => id)).toEqual([3]);
  });

  it.each([
    ['before it', [30, 35]],
    ['up to its last message', [45, 50]],
    ['of one moment, its last', [50]],
  ])('refuses a snapshot of strange messages %s, and records nothing', async (_, minutes) => {
    const { ledger, database } = await openTestLedger(testDatabase);
    await recordPull(ledger, [textMessage(1, 40), textMessage(2, 50)], { pulledAtMs: 1_000 });
    const before = await readEverything(database);

    const strangers = minutes.map((minute, index) => textMessage(100 + index, minute));
    await expect(recordPull(ledger, strangers, { pulledAtMs: 2_000 })).rejects.toThrow(SnapshotConflict);

    expect(await readEverything(database)).toEqual(before);
  });
});
