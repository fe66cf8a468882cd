import { describe, expect, test } from 'vitest';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { listPricedMessages, OrderChanged, PeriodUnpriced, wholeList } from '../../src/usage/usage-list.ts';
import { textMessage, unpricedMessage } from '../ledger/priced-messages.ts';
import { account, openTestLedger, recordPull } from '../ledger/test-ledger.ts';
import { testDatabases } from '../support/databases.ts';

const messages = Array.from({ length: 1_500 }, (_, id) => textMessage(id, id));

async function openList(ledger: Ledger) {
  const usage = await ledger.readPeriod(account, null);
  if (usage === null) throw new Error('nothing was recorded');
  return listPricedMessages(ledger, usage, wholeList);
}

describe.each(testDatabases)('the list of a whole period on $name', (testDatabase) => {
  test('holds each message once, also when others arrive while it is read', async () => {
    const { ledger } = await openTestLedger(testDatabase);
    await recordPull(ledger, messages);
    const list = await openList(ledger);
    const first = await list.next();
    await recordPull(ledger, [textMessage(9_000, 0), ...messages, textMessage(9_001, 2_000)]);
    const ids = (first.value ?? []).map(({ id }) => id);
    for await (const batch of list) ids.push(...batch.map(({ id }) => id));
    expect(ids).toEqual([...messages.map(({ id }) => id), 9_001]); // 9,000 came before what was read already
  });

  test('breaks off when the upstream turns its order around while it is read', async () => {
    const { ledger } = await openTestLedger(testDatabase);
    await recordPull(ledger, messages);
    const list = await openList(ledger);
    await list.next();
    await recordPull(ledger, messages.toReversed());
    await expect(list.next()).rejects.toThrow(OrderChanged);
  });

  test('breaks off at a message without a price', async () => {
    const { ledger } = await openTestLedger(testDatabase);
    await recordPull(ledger, [textMessage(1, 1), unpricedMessage(2, 2, 7)]);
    await expect((await openList(ledger)).next()).rejects.toThrow(PeriodUnpriced);
  });
});
