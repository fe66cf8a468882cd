import { expect, test } from 'vitest';
import { startApp } from '../support/app.ts';
import { countStatements } from '../support/counted-database.ts';
import { testDatabases } from '../support/databases.ts';

const dashboard = `{
  usage {
    period { id from to status }
    freshness { asOf stale revision }
    totals { creditsUsed messageCount unpricedCount }
    windows(size: DAY) { from to totals { creditsUsed messageCount } }
    byReport { report { id name } creditCost totals { creditsUsed messageCount } }
    messages(first: 50) {
      edges { cursor node { id timestamp text report { id name } pricing creditsUsed charge { credits steps { rule amount } } } }
      pageInfo { hasNextPage endCursor }
      totals { creditsUsed messageCount unpricedCount }
    }
  }
}`;

const filtered = dashboard
  .replace('totals {', 'totals(filter: { text: "1" }) {')
  .replace('size: DAY', 'size: DAY, filter: { text: "1" }')
  .replace('byReport', 'byReport(filter: { text: "1" })')
  .replace(
    'first: 50',
    'first: 50, filter: { text: "1" }, orderBy: [{ field: CREDITS_USED, direction: DESC }]',
  );

const dayMs = 24 * 3_600_000;
const begin = Date.parse('2024-04-01T12:00:00.000Z');

// 300 messages over 30 days, ten a day, every other with one of 20 reports.
const messages = Array.from({ length: 300 }, (_, index) => ({
  id: index + 1,
  text: '123',
  timestamp: new Date(begin + Math.floor(index / 10) * dayMs).toISOString(),
  ...(index % 2 === 0 ? { report_id: (index % 40) / 2 + 1 } : {}),
}));

test.each(testDatabases)('a dashboard query takes at most 6 statements on $name', async (testDatabase) => {
  const { database, statements } = countStatements(await testDatabase.open());
  const app = await startApp({
    database,
    script(upstream) {
      upstream.setMessages(messages);
      for (let id = 1; id <= 20; id += 1) upstream.setReport(id, { name: `Report ${id}`, credit_cost: id });
    },
    settings: { SYNC_INTERVAL_MS: '60000' }, // one pull, then quiet
  });
  await app.data('{ usage { period { id } } }');

  for (const document of [dashboard, filtered]) {
    statements.length = 0;
    const answer = await app.data(document);
    // The period; the windows; the reports' totals; the page; its reports; whether a pull came in between. A filter's
    // totals are the sum of its windows.
    expect(statements).toHaveLength(6);
    expect(answer).toMatchObject({
      // 150 × 1.15 + 7 × (1 + … + 20) + (1 + … + 10) = 172.50 + 1470 + 55
      usage: { totals: { creditsUsed: '1697.50', messageCount: 300, unpricedCount: 0 } },
    });
    expect(JSON.stringify(answer).match(/"from":/g)).toHaveLength(30 + 1); // 30 windows and the period
    expect(JSON.stringify(answer).match(/"cursor":/g)).toHaveLength(50);
    expect(JSON.stringify(answer).match(/"report":/g)).toHaveLength(50 + 21); // and byReport, null among them
  }
  await app.close();
});
