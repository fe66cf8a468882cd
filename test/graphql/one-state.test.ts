import type { KyselyPlugin } from 'kysely';
import { expect, test } from 'vitest';
import type { Database } from '../../src/ledger/database/database.ts';
import { DatabaseUnavailable } from '../../src/ledger/database/database-unavailable.ts';
import { startApp, waitUntil } from '../support/app.ts';
import { testDatabases } from '../support/databases.ts';

/** Calls a function whenever a query has read the account's state, before that query reads anything else. */
function interruptReads(database: Database, interrupt: () => Promise<void>): Database {
  const plugin: KyselyPlugin = {
    transformQuery: ({ node }) => node,
    async transformResult({ result }) {
      if (result.rows.some((row) => 'revision' in row)) await interrupt();
      return result;
    },
  };
  return { ...database, reads: database.reads.withPlugin(plugin) };
}

async function fail(): Promise<void> {
  throw new DatabaseUnavailable({ reason: 'pulled out' });
}

async function nothing(): Promise<void> {
  // Readings go on undisturbed.
}

const timestamp = '2024-04-29T02:08:29.375Z';
const earlier = [{ id: 1, text: '123', timestamp }];
const later = [...earlier, { id: 2, text: '123', timestamp }];
const laterAnswer = {
  usage: {
    freshness: { revision: 2 },
    totals: { messageCount: 2 },
    messages: { nodes: [{ id: '1' }, { id: '2' }] },
  },
};
const question = '{ usage { freshness { revision } totals { messageCount } messages { nodes { id } } } }';

test.each(testDatabases)(
  'an answer is of one state, though a pull comes in between, on $name',
  async (testDatabase) => {
    let interrupt = nothing;
    const app = await startApp({
      database: interruptReads(await testDatabase.open(), () => interrupt()),
      script: (upstream) => upstream.setMessages(earlier),
    });
    await app.waitForRevision(1);

    interrupt = async () => {
      interrupt = nothing;
      app.upstream.setMessages(later);
      await app.waitForRevision(2);
    };
    const answer = await app.data(question);
    expect(answer).toEqual(laterAnswer);
    await app.close();
  },
);

test('nor does a page that another answer has just read bring another state in', async () => {
  const [sqlite] = testDatabases;
  if (sqlite === undefined) throw new Error('there is no database to test on');
  let interrupt = nothing;
  const app = await startApp({
    database: interruptReads(await sqlite.open(), () => interrupt()),
    script: (upstream) => upstream.setMessages(earlier),
  });
  await app.waitForRevision(1);

  // Both have read the first state when the second is recorded; the later one goes on when the other is done.
  const bothRead = Promise.withResolvers<void>();
  const firstIsDone = Promise.withResolvers<void>();
  let readers = 0;
  interrupt = async () => {
    readers += 1;
    if (readers === 1) return bothRead.promise;
    interrupt = nothing;
    app.upstream.setMessages(later);
    await app.waitForRevision(2);
    bothRead.resolve();
    await firstIsDone.promise;
  };
  const first = app.data(question);
  await waitUntil(() => readers === 1);
  const second = app.data(`query Second ${question}`);
  expect(await first).toEqual(laterAnswer);
  firstIsDone.resolve();
  expect(await second).toEqual(laterAnswer);
  await app.close();
});

test('an outage is told as one, and takes no answer away that was read before it', async () => {
  const [sqlite] = testDatabases;
  if (sqlite === undefined) throw new Error('there is no database to test on');
  let interrupt = nothing;
  const app = await startApp({
    database: interruptReads(await sqlite.open(), () => interrupt()),
    script: (upstream) => upstream.setMessages(earlier),
    settings: { SYNC_INTERVAL_MS: '60000' },
  });
  await app.waitForRevision(1);
  interrupt = fail;
  const { status, body } = await app.query('{ message(id: "1") { id creditsUsed } }');
  expect(status).toBe(200);
  expect(body.errors).toMatchObject([{ extensions: { code: 'DATABASE_UNAVAILABLE' } }]);

  interrupt = async () => {
    interrupt = fail;
  };
  expect(await app.data('{ message(id: "1") { id creditsUsed } }')).toEqual({
    message: { id: '1', creditsUsed: '1.15' },
  });
  await app.close();
});
