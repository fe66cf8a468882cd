import { describe, expect, it } from 'vitest';
import { Credits } from '../../src/billing/credits.ts';
import { defaultRateCard } from '../../src/billing/rate-card.ts';
import { allMessages } from '../../src/ledger/reading/message-filter.ts';
import { RateCardConflict } from '../../src/ledger/recording/pull.ts';
import { testDatabases } from '../support/databases.ts';
import {
  found,
  missingReportMessage,
  report,
  reportMessage,
  textMessage,
  unpricedMessage,
} from './priced-messages.ts';
import { account, beginPull, openTestLedger, readRows, readUsage, recordPull } from './test-ledger.ts';

describe.each(testDatabases)('the price of a recorded message on $name', (testDatabase) => {
  it('follows its report when that is renamed or costs another amount, with no history of content', async () => {
    const { ledger, database } = await openTestLedger(testDatabase);
    const old = report(5, 'Lease Report', '15.5');
    await recordPull(ledger, [textMessage(1, 10), reportMessage(2, 20, old)], { readings: [found(old)] });

    const dearer = report(5, 'Lease Report', '20');
    const repriced = await recordPull(ledger, [textMessage(1, 10), reportMessage(2, 20, dearer)], {
      readings: [found(dearer)],
    });
    expect(repriced).toMatchObject({ changed: true, revision: 2, amended: 0, repriced: 1 });
    expect((await readUsage(ledger)).totals.creditsUsed.toString()).toBe('21.25'); // 1.25 + 20

    const renamed = report(5, 'Rent Report', '20');
    const result = await recordPull(ledger, [textMessage(1, 10), reportMessage(2, 20, renamed)], {
      readings: [found(renamed)],
    });
    expect(result).toMatchObject({ changed: true, revision: 3, amended: 0, repriced: 1 });
    expect(await ledger.readMessage(account, 2)).toMatchObject({ reportName: 'Rent Report' });
    expect(await ledger.readReports(account, 1, [5])).toEqual([found(renamed)]);
    expect(await readRows(database, 'message_history')).toEqual([]);
  });

  it('is missing from the totals until its report is read, and then counts', async () => {
    const { ledger } = await openTestLedger(testDatabase);
    const unread = { reportId: 7, readAtMs: 1, status: 'unread' } as const;
    await recordPull(ledger, [textMessage(1, 10), unpricedMessage(2, 20, 7)], { readings: [unread] });
    expect((await readUsage(ledger)).totals).toEqual({
      creditsUsed: Credits.parse('1.25'),
      messageCount: 2,
      unpricedCount: 1,
    });
    expect(await ledger.readReports(account, 1, [7])).toEqual([unread]);

    const read = report(7, 'Lease Report', '15.5');
    const result = await recordPull(ledger, [textMessage(1, 10), reportMessage(2, 20, read)], {
      readings: [found(read)],
    });

    expect(result).toMatchObject({ changed: true, revision: 2, amended: 0, repriced: 1 });
    expect((await readUsage(ledger)).totals).toEqual({
      creditsUsed: Credits.parse('16.75'), // 1.25 + 15.5
      messageCount: 2,
      unpricedCount: 0,
    });
  });

  it('comes from the text when the upstream has no such report', async () => {
    const { ledger } = await openTestLedger(testDatabase);
    const missing = { reportId: 7, readAtMs: 1, status: 'missing' } as const;

    await recordPull(ledger, [missingReportMessage(1, 10, 7)], { readings: [missing] });

    expect(await ledger.readMessage(account, 1)).toMatchObject({ reportId: 7, reportName: null });
    expect(await ledger.readReports(account, 1, [7])).toEqual([missing]);
    const period = { account, periodId: 1, filter: { ...allMessages, hasReport: false } };
    expect((await ledger.readTotals(period)).creditsUsed.toString()).toBe('1.25');
  });

  it('hands what is known of the open period’s reports to the next pull, the next period’s first one too', async () => {
    const { ledger } = await openTestLedger(testDatabase);
    const lease = report(5, 'Lease Report', '15.5');
    await recordPull(ledger, [reportMessage(1, 10, lease)], { readings: [found(lease)] });

    const pull = await beginPull(ledger);
    expect([...pull.knownReports]).toEqual([[5, found(lease)]]);
    await pull.stage([reportMessage(2, 20, lease)]);
    await pull.commit({ pulledAtMs: 1, rateCard: defaultRateCard, readings: [] });
    await pull.release();

    expect(await ledger.readReports(account, 2, [5])).toEqual([found(lease)]);
  });
});

describe.each(testDatabases)('the rate card on $name', (testDatabase) => {
  const cardA = { ...defaultRateCard, version: 'A' };
  const cardB = { ...defaultRateCard, version: 'B', base: Credits.parse('3') };

  it('changes for the open period and stays for the closed one', async () => {
    const { ledger } = await openTestLedger(testDatabase);
    await recordPull(ledger, [textMessage(1, 10)], { rateCard: cardA });
    await recordPull(ledger, [textMessage(2, 20)], { rateCard: cardA });

    const result = await recordPull(ledger, [textMessage(2, 20, { credits: '3.25' })], { rateCard: cardB });

    expect(result).toMatchObject({ changed: true, revision: 3, repriced: 1 });
    expect((await readUsage(ledger, { periodId: 1 })).rateCard).toEqual(cardA);
    expect((await readUsage(ledger, { periodId: 2 })).rateCard).toEqual(cardB);
    expect(await ledger.readRateCard(account, 'A')).toEqual(cardA);
    expect(await ledger.readRateCard(account, 'B')).toEqual(cardB);
    expect(await ledger.readRateCard(account, 'C')).toBeNull();
    expect(await ledger.readRateCard('another', 'A')).toBeNull();
  });

  it('raises the revision even when no price changed with it', async () => {
    const { ledger } = await openTestLedger(testDatabase);
    await recordPull(ledger, [textMessage(1, 10)], { rateCard: cardA });

    const result = await recordPull(ledger, [textMessage(1, 10)], { rateCard: cardB });

    expect(result).toMatchObject({ changed: true, revision: 2, repriced: 0 });
    expect((await readUsage(ledger)).rateCard).toEqual(cardB);
  });

  it('refuses other prices under a version that was used before, and records nothing', async () => {
    const { ledger } = await openTestLedger(testDatabase);
    await recordPull(ledger, [textMessage(1, 10)], { rateCard: cardA, pulledAtMs: 1 });

    const sameName = { ...cardB, version: 'A' };
    const attempt = recordPull(ledger, [textMessage(1, 10), textMessage(2, 20)], { rateCard: sameName });

    await expect(attempt).rejects.toThrow(RateCardConflict);
    const usage = await readUsage(ledger);
    expect(usage.rateCard).toEqual(cardA);
    expect(usage.freshness).toEqual({ asOfMs: 1, revision: 1, setAsideCount: 0 });
    expect(usage.totals.messageCount).toBe(1);
  });
});
