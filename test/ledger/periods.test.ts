import { describe, expect, it } from 'vitest';
import type { Database } from '../../src/ledger/database/database.ts';
import { SnapshotConflict } from '../../src/ledger/recording/pull.ts';
import { testDatabases } from '../support/databases.ts';
import { found, minuteMs, report, reportMessage, textMessage } from './priced-messages.ts';
import type { PeriodQuery } from '../../src/ledger/reading/periods.ts';
import { account, openTestLedger, readAll, readRows, readUsage, recordPull } from './test-ledger.ts';

const lease = report(5, 'Lease Report', '15.5');

const newest = (limit: number): PeriodQuery => ({ belowId: null, aboveId: null, limit, backward: false });

async function readPeriodRows(database: Database, periodId: number): Promise<readonly unknown[]> {
  const tables = [
    'periods',
    'messages',
    'reports',
    'usage_slots',
    'usage_reports',
    'message_history',
  ] as const;
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
    ['before it', [30, 40]],
    ['around its last message', [45, 55]],
    ['from its last message on', [50, 60]],
  ])('refuses a snapshot of strange messages %s, and records nothing', async (_, minutes) => {
    const { ledger, database } = await openTestLedger(testDatabase);
    await recordPull(ledger, [textMessage(1, 40), textMessage(2, 50)], { pulledAtMs: 1_000 });
    const before = await readEverything(database);

    const strangers = minutes.map((minute, index) => textMessage(100 + index, minute));
    await expect(recordPull(ledger, strangers, { pulledAtMs: 2_000 })).rejects.toThrow(SnapshotConflict);

    expect(await readEverything(database)).toEqual(before);
  });
});
