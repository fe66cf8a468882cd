import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { MessageKey } from '../../src/ledger/reading/message-order.ts';
import type { RecordedMessage } from '../../src/ledger/reading/message-page.ts';
import { testDatabases } from '../support/databases.ts';
import { keyOf } from './message-keys.ts';
import { selectMessages } from './model-ledger.ts';
import { PlayedHistory, Tally } from './played-history.ts';
import { someFilter, someOrder } from './random-queries.ts';
import { someAdditions } from './random-upstream.ts';
import { openTestLedger } from './test-ledger.ts';

const someWalk = fc.record({
  filter: someFilter,
  order: someOrder,
  limit: fc.integer({ min: 1, max: 7 }),
  backward: fc.boolean(),
});
type Walk = typeof someWalk extends fc.Arbitrary<infer T> ? T : never;

/** Reads page after page to the end. @param between what happens between one page and the next. */
async function walkPages(
  ledger: Ledger,
  account: string,
  { backward, ...walk }: Walk,
  between: () => Promise<void> = async () => {},
): Promise<readonly number[]> {
  const pages: (readonly RecordedMessage[])[] = [];
  let end: MessageKey | null = null;
  for (;;) {
    const keys: { after: MessageKey | null; before: MessageKey | null } = backward
      ? { after: null, before: end }
      : { after: end, before: null };
    const page = await ledger.readMessages({ account, periodId: 1, ...walk, ...keys, backward });
    const last = page.at(backward ? 0 : -1);
    if (last === undefined) break;
    pages.push(page);
    end = keyOf(last, walk.order);
    await between();
  }
  return (backward ? pages.toReversed() : pages).flat().map(({ id }) => id);
}

describe.each(testDatabases)('walking all pages on $name', (testDatabase) => {
  it('gives each message once, and loses none while new ones arrive', { timeout: 90_000 }, async () => {
    const { ledger } = await openTestLedger(testDatabase);
    const tally = new Tally();
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(someAdditions, someAdditions, someAdditions),
        fc.array(someWalk, { minLength: 4, maxLength: 4 }),
        fc.array(someAdditions, { maxLength: 4 }),
        async (pulls, quietWalks, arrivals) => {
          tally.add('histories', 1);
          const history = new PlayedHistory(ledger, `walk ${tally.counts['histories']}`);
          for (const events of pulls) await history.pull(events, tally);
          const [busyWalk] = quietWalks;
          if (busyWalk === undefined) throw new Error('four walks were asked for');
          const expectedIds = ({ filter, order }: Walk): readonly number[] =>
            selectMessages(history.model.periods[0]?.messages ?? [], filter, order).map(({ id }) => id);

          for (const walk of quietWalks) {
            expect(await walkPages(ledger, history.account, walk)).toEqual(expectedIds(walk));
          }

          const old = expectedIds(busyWalk);
          const waiting = [...arrivals];
          const walked = await walkPages(ledger, history.account, busyWalk, async () => {
            const events = waiting.shift();
            if (events !== undefined) await history.pull(events, tally);
          });
          expect(new Set(walked).size).toBe(walked.length);
          expect(walked.filter((id) => old.includes(id))).toEqual(old);
          // What arrived ahead of the walk is met on its way, in its place.
          expect(walked).toEqual(expectedIds(busyWalk).filter((id) => walked.includes(id)));
          tally.add('met on the way', walked.length - old.length);
          tally.add('walked messages', walked.length);
        },
      ),
      {
        numRuns: testDatabase.name === 'SQLite' ? 80 : 30,
        seed: 20_240_429,
        interruptAfterTimeLimit: 60_000,
      },
    );
    console.log(`walks on ${testDatabase.name}: ${JSON.stringify(tally.counts)}`);
    expect(tally.counts['met on the way']).toBeGreaterThan(0);
  });
});
