import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { measureVersion } from '../../src/billing/text-measure.ts';
import { testDatabases } from '../support/databases.ts';
import { minuteMs, textMessage, toPricedMessage } from './priced-messages.ts';
import { account, openTestLedger, readAll, readRows, readUsage, recordPull } from './test-ledger.ts';

const nothing = {
  added: 0,
  amended: 0,
  repriced: 0,
  withdrawn: 0,
  pricedLate: 0,
  rolledOver: false,
  setAside: [],
};

describe.each(testDatabases)('a pulled snapshot on $name', (testDatabase) => {
  it('is the open period when it is the first', async () => {
    const { ledger } = await openTestLedger(testDatabase);
    const messages = [textMessage(1, 10), textMessage(2, 20), textMessage(3, 30)];

    const result = await recordPull(ledger, messages, { pulledAtMs: 5_000_000 });

    expect(result).toEqual({ ...nothing, changed: true, revision: 1, added: 3 });
    const usage = await readUsage(ledger);
    expect(usage.account).toBe('acme');
    expect(usage.period).toEqual({ id: 1, fromMs: 10 * minuteMs, toMs: null });
    expect(usage.freshness).toEqual({ asOfMs: 5_000_000, revision: 1, setAsideCount: 0 });
    expect(usage.totals.creditsUsed.toString()).toBe('3.75'); // 3 × 1.25
    expect(usage.totals).toMatchObject({ messageCount: 3, unpricedCount: 0 });
    const rows = await readAll(ledger);
    expect(rows.map(toPricedMessage)).toEqual(messages);
    expect(await ledger.readMessage(account, 2)).toEqual(rows[1]);
    expect(await ledger.readMessage(account, 4)).toBeNull();
  });

  it('leaves an account that was never pulled without any period', async () => {
    const { ledger } = await openTestLedger(testDatabase);

    expect(await ledger.readPeriod(account, null)).toBeNull();
    expect(
      await ledger.readPeriods(account, { belowId: null, aboveId: null, limit: 5, backward: false }),
    ).toEqual([]);
  });

  it('raises the time but not the revision when nothing changed', async () => {
    const { ledger, database } = await openTestLedger(testDatabase);
    const messages = [textMessage(1, 10), textMessage(2, 20)];
    await recordPull(ledger, messages, { pulledAtMs: 1_000 });
    const before = await readRows(database, 'messages');

    const result = await recordPull(ledger, messages, { pulledAtMs: 2_000 });

    expect(result).toEqual({ ...nothing, changed: false, revision: 1 });
    expect((await readUsage(ledger)).freshness).toEqual({ asOfMs: 2_000, revision: 1, setAsideCount: 0 });
    expect(await readRows(database, 'messages')).toEqual(before);
  });

  it('amends a message of other content and keeps the old row', async () => {
    const { ledger, database } = await openTestLedger(testDatabase);
    await recordPull(ledger, [textMessage(1, 10), textMessage(2, 20, { text: 'old', credits: '1.5' })]);

    const amended = textMessage(2, 21, { text: 'new', credits: '2' });
    const result = await recordPull(ledger, [textMessage(1, 10), amended]);

    expect(result).toEqual({ ...nothing, changed: true, revision: 2, amended: 1 });
    expect(await ledger.readMessage(account, 2)).toMatchObject(amended);
    expect((await readUsage(ledger)).totals.creditsUsed.toString()).toBe('3.25'); // 1.25 + 2
    expect(await readRows(database, 'message_history')).toEqual([
      {
        account_id: 'acme',
        message_id: 2,
        revision: 2,
        change: 'amended',
        period_id: 1,
        timestamp_ms: 1_200_000, // 20 × 60,000
        timestamp: '1970-01-01T00:20:00.000Z',
        text: 'old',
        report_id: null,
        report_name: null,
        credits: 15_000, // 1.5 × 10,000
        credits_kept: 0,
        rate_card_version: 'default-1',
        report_cost: null,
        text_sha256: hash('sha256', 'old', 'hex'),
        measure_version: measureVersion,
        characters: 3,
        short_words: 1,
        medium_words: 0,
        long_words: 0,
        third_vowels: 0,
        words_are_unique: 1,
        is_palindrome: 0,
      },
    ]);
  });

  it('withdraws a message that it lacks, and keeps its row in the history', async () => {
    const { ledger, database } = await openTestLedger(testDatabase);
    await recordPull(ledger, [textMessage(1, 10), textMessage(2, 20), textMessage(3, 30)]);

    const result = await recordPull(ledger, [textMessage(1, 10), textMessage(3, 30)]);

    expect(result).toEqual({ ...nothing, changed: true, revision: 2, withdrawn: 1 });
    expect(await ledger.readMessage(account, 2)).toBeNull();
    expect((await readAll(ledger)).map(({ id }) => id)).toEqual([1, 3]);
    expect((await readUsage(ledger)).totals.creditsUsed.toString()).toBe('2.50'); // 2 × 1.25
    expect(await readRows(database, 'message_history')).toMatchObject([
      { message_id: 2, revision: 2, change: 'withdrawn', period_id: 1, text: 'message 2', credits: 12_500 },
    ]);
  });

  it('counts a withdrawn message again when it is back, with the history of each time it went', async () => {
    const { ledger, database } = await openTestLedger(testDatabase);
    const both = [textMessage(1, 10), textMessage(2, 20)];
    const one = both.slice(0, 1);
    await recordPull(ledger, both);
    await recordPull(ledger, one);

    const back = await recordPull(ledger, both);
    expect(back).toEqual({ ...nothing, changed: true, revision: 3, added: 1 });
    expect((await readAll(ledger)).map(({ id }) => id)).toEqual([1, 2]);

    await recordPull(ledger, one);
    expect(await readRows(database, 'message_history')).toMatchObject([
      { message_id: 2, revision: 2, change: 'withdrawn' },
      { message_id: 2, revision: 4, change: 'withdrawn' },
    ]);
  });

  it('changes nothing but the time when it is empty', async () => {
    const { ledger } = await openTestLedger(testDatabase);
    await recordPull(ledger, [textMessage(1, 10)], { pulledAtMs: 1_000 });

    const result = await recordPull(ledger, [], { pulledAtMs: 2_000 });

    expect(result).toEqual({ ...nothing, changed: false, revision: 1 });
    const usage = await readUsage(ledger);
    expect(usage.freshness).toEqual({ asOfMs: 2_000, revision: 1, setAsideCount: 0 });
    expect(usage.totals.messageCount).toBe(1);
  });

  it('counts the first of several messages with one id, and names the id whose copies differ', async () => {
    const { ledger } = await openTestLedger(testDatabase);

    const result = await recordPull(
      ledger,
      [
        textMessage(1, 10),
        textMessage(1, 10), // the same in the same batch
        textMessage(2, 20, { text: 'first' }),
        textMessage(2, 20, { text: 'second' }), // another in the same batch
        textMessage(1, 10), // the same in a later batch
        textMessage(3, 30),
        textMessage(2, 20, { text: 'third' }), // another in a later batch
        textMessage(3, 31),
      ],
      { batchSize: 4 },
    );

    expect(result).toEqual({
      ...nothing,
      changed: true,
      revision: 1,
      added: 3,
      setAside: [
        { id: 2, reason: 'conflicting_duplicate' },
        { id: 3, reason: 'conflicting_duplicate' },
      ],
    });
    expect((await readAll(ledger)).map(({ id, text, timestampMs }) => [id, text, timestampMs])).toEqual([
      [1, 'message 1', 600_000],
      [2, 'first', 1_200_000],
      [3, 'message 3', 1_800_000],
    ]);
  });
});
