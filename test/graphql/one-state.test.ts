import type { KyselyPlugin } from 'kysely';
import { expect, test } from 'vitest';
import type { Database } from '../../src/ledger/database.ts';
import { startApp } from '../support/app.ts';
import { testDatabases } from '../support/databases.ts';

/** Calls a function when a query has read the account's state, before that query reads anything else. */
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

async function nothing(): Promise<void> {
  // Readings go on undisturbed.
}

const timestamp = '2024-04-29T02:08:29.375Z';
const question = '{ usage { freshness { revision } totals { messageCount } messages { nodes { id } } } }';

test.each(testDatabases)(
  'an answer is of one state, though a pull comes in between, on $name',
  async (testDatabase) => {
    let interrupt = nothing;
    const app = await startApp({
      database: interruptReads(await testDatabase.open(), () => interrupt()),
      script: (upstream) => upstream.setMessages([{ id: 1, text: '123', timestamp }]),
    });
    await app.waitForRevision(1);

    interrupt = async () => {
      interrupt = nothing;
      app.upstream.setMessages([
        { id: 1, text: '123', timestamp },
        { id: 2, text: '123', timestamp },
      ]);
      await app.waitForRevision(2);
    };
    const answer = await app.data(question);
    expect(answer).toEqual({
      usage: {
        freshness: { revision: 2 },
        totals: { messageCount: 2 },
        messages: { nodes: [{ id: '1' }, { id: '2' }] },
      },
    });
    await app.close();
  },
);
