import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { DatabaseUnavailable } from '../../src/ledger/database/database-unavailable.ts';
import { FairTurns } from '../../src/ledger/database/fair-turns.ts';
import { allMessages } from '../../src/ledger/reading/message-filter.ts';
import { testDatabases } from '../support/databases.ts';
import { textMessage } from './priced-messages.ts';
import { openTestLedger, recordPull } from './test-ledger.ts';

describe.each(testDatabases)('searches on $name', (testDatabase) => {
  test('of one account hold up no other account', async () => {
    const { ledger } = await openTestLedger(testDatabase);
    const messages = Array.from({ length: 10_000 }, (_, index) => textMessage(index + 1, index));
    await recordPull(ledger, messages, { account: 'loud' });
    await recordPull(ledger, messages.slice(0, 5), { account: 'quiet' });
    const query = { periodId: 1, after: null, before: null, backward: false, limit: 51 };
    const order = (['CREDITS_USED', 'REPORT_NAME', 'TIMESTAMP'] as const).map((field) => ({
      field,
      direction: 'DESC' as const,
    }));
    let answered = 0;
    const loud = Promise.all(
      Array.from({ length: 40 }, () =>
        ledger
          .readMessages({ ...query, account: 'loud', filter: allMessages, order })
          .catch(() => null)
          .finally(() => (answered += 1)),
      ),
    );
    const totals = await ledger.readTotals({
      account: 'quiet',
      periodId: 1,
      filter: { ...allMessages, fromMs: 0, toMs: 60_000 * 3 },
    });
    expect(totals.messageCount).toBe(3);
    expect(answered, 'searches before it').toBeLessThan(20);
    await loud;
  });
});

describe('turns', () => {
  test('go from account to account, however many searches one of them waits for', async () => {
    const turns = new FairTurns({ maxAtOnce: 1, maxOfOneAccount: 1, maxWaitMs: 10_000 });
    const { begun, search, endNext } = startSearches(turns);
    const asked = ['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'c1'].map((name) => search(name, name.charAt(0)));
    for (const _ of asked) await endNext();
    expect(await Promise.all(asked)).toEqual(['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'c1']);
    expect(begun).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'b2', 'a4']);
  });

  test('leave a place for others, and are told when none came in time', async () => {
    const turns = new FairTurns({ maxAtOnce: 2, maxOfOneAccount: 1, maxWaitMs: 50 });
    const { begun, search, endNext } = startSearches(turns);
    const first = search('a1', 'a');
    const late = search('a2', 'a');
    const other = search('b1', 'b');
    await expect(late).rejects.toThrow(DatabaseUnavailable);
    expect(begun).toEqual(['a1', 'b1']);
    await endNext();
    await endNext();
    expect(await Promise.all([first, other])).toEqual(['a1', 'b1']);
    // What waited in vain takes no turn.
    const next = search('a3', 'a');
    await endNext();
    expect(await next).toBe('a3');
  });

  test('go on after a search that failed', async () => {
    const turns = new FairTurns({ maxAtOnce: 1, maxOfOneAccount: 1, maxWaitMs: 1_000 });
    const failed = turns.take('a', () => Promise.reject(new Error('no such table')));
    const next = turns.take('a', async () => 'found');
    await expect(failed).rejects.toThrow('no such table');
    expect(await next).toBe('found');
  });
});

/** Searches that end when they are told to, and the order in which they began. */
function startSearches(turns: FairTurns) {
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  function search(name: string, account: string): Promise<string> {
    return turns.take(account, async () => {
      begun.push(name);
      await new Promise<void>((resolve) => ends.push(resolve));
      return name;
    });
  }
  async function endNext(): Promise<void> {
    ends.shift()?.();
    await sleep(0);
  }
  return { begun, search, endNext };
}
