import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { defaultRateCard } from '../../src/billing/rate-card.ts';
import { LeaseLost } from '../../src/ledger/recording/pull.ts';
import { textMessage } from '../ledger/priced-messages.ts';
import { account, ageLeases, beginPull, openTestLedger, readAll } from '../ledger/test-ledger.ts';
import { testDatabases } from '../support/databases.ts';

const commit = { pulledAtMs: 1, rateCard: defaultRateCard, readings: [] };
const leaseMs = 12_000;
const renewMs = 3_000;

test.each(testDatabases)(
  'a pull that was silent too long does not take its lease back when it wakes up, on $name',
  async (testDatabase) => {
    let nowMs = 1_000;
    const { ledger, database } = await openTestLedger(testDatabase, () => new Date(nowMs));
    const sleeper = await beginPull(ledger);
    await sleeper.stage([textMessage(1, 10)]);
    nowMs += leaseMs + 1;
    await ageLeases(database, leaseMs + 1);
    const heir = await beginPull(ledger);
    await heir.stage([textMessage(1, 10), textMessage(2, 20)]);
    await heir.commit(commit);
    await heir.release();

    // The account is free and the sleeper renews: its staged rows are gone, and would withdraw what the heir recorded.
    await sleep(renewMs + 500);
    await expect(sleeper.commit(commit)).rejects.toThrow(LeaseLost);
    await sleeper.release();
    expect((await readAll(ledger, { account })).map(({ id }) => id)).toEqual([1, 2]);
  },
);
