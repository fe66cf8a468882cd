import { CompiledQuery, type Kysely, type KyselyPlugin, sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import type { Database } from '../../src/ledger/database.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import { allMessages } from '../../src/ledger/message-filter.ts';
import type { MessageOrder } from '../../src/ledger/message-order.ts';
import type { PricedMessage } from '../../src/ledger/pull.ts';
import type { Tables } from '../../src/ledger/tables.ts';
import { testDatabases } from '../support/databases.ts';
import { keyOf } from './message-keys.ts';
import { found, report, reportMessage, textMessage, unpricedMessage } from './priced-messages.ts';
import { account, openTestLedger, recordPull } from './test-ledger.ts';

const messageCount = 20_000;
const reports = Array.from({ length: 20 }, (_, index) => report(index + 1, `Report ${index}`, `${index}`));

function someMessage(id: number): PricedMessage {
  const ofMessage = reports[id % reports.length];
  if (id % 3 !== 0 || ofMessage === undefined) return textMessage(id, id, { credits: `${1 + (id % 500)}` });
  return id % 97 === 0 ? unpricedMessage(id, id, 77) : reportMessage(id, id, ofMessage);
}

/** The database with all its reads recorded; `explain` tells how those since the last call were carried out. */
function explained(database: Database): {
  readonly database: Database;
  readonly explain: () => Promise<readonly string[]>;
} {
  const statements: CompiledQuery[] = [];
  const recorded = (db: Kysely<Tables>): Kysely<Tables> => {
    const plugin: KyselyPlugin = {
      transformQuery({ node, queryId }) {
        statements.push(db.getExecutor().compileQuery(node, queryId));
        return node;
      },
      transformResult: async ({ result }) => result,
    };
    return db.withPlugin(plugin);
  };
  return {
    database: { ...database, reads: recorded(database.reads), scans: recorded(database.scans) },
    async explain() {
      const keyword = database.kind === 'sqlite' ? 'explain query plan' : 'explain';
      const plans: string[] = [];
      for (const { sql, parameters } of statements.splice(0)) {
        const { rows } = await database.reads.executeQuery<{ detail?: string; 'QUERY PLAN'?: string }>(
          CompiledQuery.raw(`${keyword} ${sql}`, [...parameters]),
        );
        plans.push(rows.map((row) => row.detail ?? row['QUERY PLAN'] ?? '').join('\n'));
      }
      return plans;
    },
  };
}

describe.each(testDatabases)('the plans of reads on $name', (testDatabase) => {
  it('go through an index of their order, never through all messages', async () => {
    const opened = await openTestLedger(testDatabase);
    const messages = Array.from({ length: messageCount }, (_, index) => someMessage(index + 1));
    await recordPull(opened.ledger, messages, { readings: reports.map(found) });
    await sql`analyze`.execute(opened.database.writes);
    const { database, explain } = explained(opened.database);
    const ledger = new Ledger({ database, now: () => new Date(0) });
    const page = { account, periodId: 1, filter: allMessages, limit: 50, backward: false };
    const keys = await Promise.all([6_000, 9_700, 12_001].map((id) => ledger.readMessage(account, id)));
    console.log(await explain());
    for (const order of [[], [{field:'CREDITS_USED',direction:'ASC'}],[{field:'CREDITS_USED',direction:'DESC'}],[{field:'TIMESTAMP',direction:'DESC'}],[{field:'REPORT_NAME',direction:'DESC'}]] as MessageOrder[][]) {
      for (const key of [null, ...keys]) {
        for (const backward of [false, true]) {
        const k = key === null ? null : keyOf(key, order);
        await ledger.readMessages({ ...page, order, after: backward?null:k, before: backward?k:null, backward });
        console.log(JSON.stringify(order), key?.id, backward, await explain());
        }
      }
    }
    await ledger.readTotals(page); await ledger.readSlots(page); await ledger.readReportTotals(page); await ledger.readPeriod(account, null); await ledger.readPeriods(account, {beforeId: null, limit: 3}); await ledger.readReports(account, 1, [1,2]);
    console.log(await explain());
  });
});
