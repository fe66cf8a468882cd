import { describe, expect, it } from 'vitest';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { testDatabases } from '../support/databases.ts';
import { textMessage } from './priced-messages.ts';
import { openTestLedger, readAll, recordPull } from './test-ledger.ts';

function messagesOf(ids: readonly number[]): ReturnType<typeof textMessage>[] {
  return ids.map((id) => textMessage(id, id));
}

async function readPositions(ledger: Ledger): Promise<ReadonlyMap<number, number>> {
  return new Map((await readAll(ledger)).map(({ id, position }) => [id, position]));
}

describe.each(testDatabases)('the order of the upstream on $name', (testDatabase) => {
  it.each([
    ['end', [1, 2, 3, 8, 9]],
    ['front', [8, 9, 1, 2, 3]],
    ['middle', [1, 8, 9, 2, 3]],
    ['front, middle and end at once', [7, 1, 8, 2, 3, 9]],
  ])('takes new messages in at the %s, and the others keep their places', async (_, ids) => {
    const { ledger } = await openTestLedger(testDatabase);
    await recordPull(ledger, messagesOf([1, 2, 3]));
    const before = await readPositions(ledger);

    const result = await recordPull(ledger, messagesOf(ids));

    expect(result).toMatchObject({ changed: true, revision: 2, added: ids.length - 3, amended: 0 });
    const after = await readPositions(ledger);
    expect([...after.keys()]).toEqual(ids);
    for (const id of [1, 2, 3]) expect(after.get(id)).toBe(before.get(id));
  });

  it('follows when it is turned around', async () => {
    const { ledger } = await openTestLedger(testDatabase);
    await recordPull(ledger, messagesOf([1, 2, 3]));

    const result = await recordPull(ledger, messagesOf([3, 4, 2, 1]));

    expect(result).toMatchObject({ changed: true, revision: 2, added: 1, amended: 0, repriced: 0 });
    expect([...(await readPositions(ledger)).keys()]).toEqual([3, 4, 2, 1]);
  });

  it('raises the revision when the order alone changed', async () => {
    const { ledger } = await openTestLedger(testDatabase);
    await recordPull(ledger, messagesOf([1, 2, 3]));

    const result = await recordPull(ledger, messagesOf([1, 3, 2]));

    expect(result).toMatchObject({ changed: true, revision: 2, added: 0, amended: 0, repriced: 0 });
  });

  it('stays true when the room between two neighbours is used up', async () => {
    const { ledger } = await openTestLedger(testDatabase);
    // Each pull halves the room after message 1: 2^16 is used up by the 17th, and more follow.
    let ids = [1, 2];
    for (let id = 3; id <= 22; id++) {
      ids = [1, id, ...ids.slice(1)];
      await recordPull(ledger, messagesOf(ids));
    }

    expect([...(await readPositions(ledger)).keys()]).toEqual(ids);
  });
});
