import { describe, expect, it } from 'vitest';
import { createLog } from '../../src/telemetry/log.ts';
import { AskedAccounts } from '../../src/sync/asked-accounts.ts';
import { textMessage } from '../ledger/priced-messages.ts';
import { openTestLedger, recordPull } from '../ledger/test-ledger.ts';
import { testDatabases } from '../support/databases.ts';

const hourMs = 3_600_000;

describe.each(testDatabases)('the accounts that are asked for on $name', (testDatabase) => {
  it('are told by the first look, and by later ones as far as they were asked for since', async () => {
    let nowMs = 100 * hourMs;
    const now = (): Date => new Date(nowMs);
    const { ledger } = await openTestLedger(testDatabase, now);
    for (const account of ['acme', 'bolt', 'coil']) {
      await recordPull(ledger, [textMessage(1, 10)], { account });
      nowMs += hourMs;
    }
    const asked = new AskedAccounts({ ledger, now, log: createLog('silent'), maxAccounts: 3 });
    expect(await asked.readAwake()).toEqual(['coil', 'bolt', 'acme']);
    // The last hour before the look is read again.
    expect(await asked.readAwake()).toEqual(['coil']);

    nowMs += 2 * hourMs;
    expect(await asked.readAwake()).toEqual(['coil']);
    await ledger.markAsked('acme', nowMs);
    expect(await asked.readAwake()).toEqual(['acme']);
    expect(['acme', 'bolt', 'coil'].map((account) => asked.isAwake(account))).toEqual([true, true, true]);
  });

  it('are all told again while they are too many', async () => {
    let nowMs = 100 * hourMs;
    const now = (): Date => new Date(nowMs);
    const { ledger } = await openTestLedger(testDatabase, now);
    for (const account of ['acme', 'bolt', 'coil']) {
      await recordPull(ledger, [textMessage(1, 10)], { account });
      nowMs += hourMs;
    }
    nowMs += 2 * hourMs;
    const asked = new AskedAccounts({ ledger, now, log: createLog('silent'), maxAccounts: 1 });
    expect(await asked.readAwake()).toEqual(['coil', 'bolt']);
    expect(await asked.readAwake()).toEqual(['coil', 'bolt']);
  });

  it('are forgotten in the order in which they were asked for, however often they are looked at', async () => {
    const { ledger } = await openTestLedger(testDatabase);
    const asked = new AskedAccounts({
      ledger,
      now: () => new Date(0),
      log: createLog('silent'),
      maxAccounts: 1, // and one more is known
    });
    asked.note('acme');
    asked.note('bolt');
    expect(asked.isAwake('acme')).toBe(true);
    asked.note('coil');
    expect(['acme', 'bolt', 'coil'].map((account) => asked.isAwake(account))).toEqual([false, true, true]);
  });
});
