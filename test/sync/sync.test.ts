import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { countStatements } from '../support/counted-database.ts';
import { startApp } from '../support/app.ts';
import { testDatabases } from '../support/databases.ts';

const at = '2024-04-29T02:08:29.375Z';
const messagesPath = '/messages/current-period';

test('pulls at the start, then after each interval, one pull at a time', async () => {
  let underWay = 0;
  let maxUnderWay = 0;
  const begins: number[] = [];
  const app = await startApp({
    settings: { SYNC_INTERVAL_MS: '100' },
    script: (upstream) =>
      upstream.onMessages((_request, response) => {
        begins.push(performance.now());
        underWay += 1;
        maxUnderWay = Math.max(maxUnderWay, underWay);
        setTimeout(() => {
          underWay -= 1;
          response.end(JSON.stringify({ messages: [{ id: 1, text: '123', timestamp: at }] }));
        }, 150);
      }),
  });
  // Queries that ask for the first usage join the pull under way.
  await Promise.all(Array.from({ length: 10 }, () => app.data('{ usage { totals { messageCount } } }')));
  expect(begins).toHaveLength(1);
  await sleep(1_000);
  await app.close();
  expect(maxUnderWay).toBe(1);
  expect(begins.length).toBeGreaterThanOrEqual(3);
  const pauses = begins.slice(1).map((begin, index) => begin - (begins[index] ?? 0));
  // 150 ms for the answer and 100 ms of pause; timers may fire a millisecond early.
  expect(Math.min(...pauses)).toBeGreaterThanOrEqual(245);
});

test('the revision rises with each pull that changed something, and asOf with every pull', async () => {
  const app = await startApp({
    script: (upstream) => upstream.setMessages([{ id: 1, text: '123', timestamp: at }]),
  });
  const freshness = '{ usage { freshness { revision } totals { messageCount } } }';
  await app.waitForPull(); // asOf moved on
  await app.waitForPull();
  expect(await app.data(freshness)).toEqual({
    usage: { freshness: { revision: 1 }, totals: { messageCount: 1 } },
  });
  app.upstream.setMessages([
    { id: 1, text: '123', timestamp: at },
    { id: 2, text: '123', timestamp: at },
  ]);
  await app.waitForPull();
  expect(await app.data(freshness)).toEqual({
    usage: { freshness: { revision: 2 }, totals: { messageCount: 2 } },
  });
  await app.close();
});

test('a pull that breaks off half way records nothing of it', async () => {
  const app = await startApp({
    script: (upstream) => upstream.setMessages([{ id: 1, text: '123', timestamp: at }]),
  });
  await app.waitForPull();
  app.upstream.clearRequests();
  const many = Array.from({ length: 3_000 }, (_, index) => ({ id: index + 10, text: 'x', timestamp: at }));
  const body = JSON.stringify({ messages: many });
  app.upstream.onMessages((_request, response) => {
    response.write(body.slice(0, -40));
    setTimeout(() => response.destroy(), 20);
  });
  while (app.upstream.countOf(messagesPath) < 3) await sleep(10);
  expect(await app.data('{ usage { freshness { revision } totals { messageCount } } }')).toEqual({
    usage: { freshness: { revision: 1 }, totals: { messageCount: 1 } },
  });
  await app.close();
});

// 100 messages that name 35 reports, numbered from 1: 35 + 35 + 30.
const hundredMessages = Array.from({ length: 100 }, (_, index) => ({
  id: index + 1,
  text: '123',
  timestamp: at,
  report_id: (index % 35) + 1,
}));

test.each(testDatabases)(
  'a page of 100 messages with 35 reports takes one statement for reports and no upstream call on $name',
  async (testDatabase) => {
    const { database, statements } = countStatements(await testDatabase.open());
    const app = await startApp({
      database,
      script(upstream) {
        upstream.setMessages(hundredMessages);
        upstream.setReportDelay(20);
        for (let id = 1; id <= 35; id += 1) upstream.setReport(id, { name: `Report ${id}`, credit_cost: id });
      },
      settings: { SYNC_INTERVAL_MS: '60000' }, // one pull, then quiet
    });
    await app.data('{ usage { period { id } } }');
    const reportCalls = app.upstream.requests.filter(({ path }) => path.startsWith('/reports/'));
    expect(new Set(reportCalls.map(({ path }) => path)).size).toBe(35);
    expect(reportCalls).toHaveLength(35);
    expect(app.upstream.maxReportsAtOnce).toBe(8);

    app.upstream.clearRequests();
    statements.length = 0;
    const data = await app.data(
      '{ usage { messages(first: 100) { nodes { creditsUsed report { name } charge { credits } } } } }',
    );
    expect(data).toEqual({
      usage: {
        messages: {
          nodes: hundredMessages.map(({ report_id }) => ({
            creditsUsed: `${report_id}.00`,
            report: { name: `Report ${report_id}` },
            charge: { credits: `${report_id}.00` },
          })),
        },
      },
    });
    expect(app.upstream.requests).toEqual([]);
    expect(statements.filter((sql) => sql.includes('from "reports"'))).toHaveLength(1);
    expect(statements).toHaveLength(4); // the period, the page, the reports, and whether a pull came in between
    await app.close();
  },
);
