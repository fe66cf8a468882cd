import { get, type IncomingMessage } from 'node:http';

import { expect, test } from 'vitest';

import { type App, startApp, waitUntil } from '../support/app.ts';
import { countStatements } from '../support/counted-database.ts';
import { testDatabases } from '../support/databases.ts';
import { startScriptedUpstream } from '../support/scripted-upstream.ts';
import { tellWorkedExamples } from '../support/worked-examples.ts';

test.each(testDatabases)('GET /usage.csv gives the whole current period on $name', async (testDatabase) => {
  const app = await startApp({ database: await testDatabase.open(), script: tellWorkedExamples });
  const response = await app.get('/usage.csv');
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
  expect(response.headers.get('content-disposition')).toBe('attachment; filename="usage-period-1.csv"');
  // The upstream's order and spelling of the time; two decimals as in GraphQL; an empty cell without a report.
  expect(await response.text()).toBe(
    'message_id,timestamp,report_name,credits_used\r\n' +
      '1000,2024-04-29T02:08:29.375Z,Tenant Obligations Report,79.00\r\n' +
      '1001,2024-04-29T03:25:03.613Z,,5.20\r\n' +
      '1003,2024-04-30T00:00:00Z,,2.00\r\n' +
      '1002,2024-04-29T07:27:34.985Z,,2.10\r\n' +
      '1004,2024-04-30T12:00:00+02:00,,1.15\r\n' +
      '1005,2024-04-30T23:59:59.9Z,,1.00\r\n',
  );
  await app.close();
});

test('an empty period is a header alone', async () => {
  const app = await startApp();
  const response = await app.get('/usage.csv');
  expect(await response.text()).toBe('message_id,timestamp,report_name,credits_used\r\n');
});

test('report names are quoted and no spreadsheet takes them for formulas', async () => {
  const names = [
    '=HYPERLINK("http://evil.example","Rent, 2024")',
    '+1',
    '-1',
    '@SUM(A1)',
    '\tTab',
    '\rReturn',
    '＝1+1',
    'Line\nbreak',
    'Plain; “curly” – ünï 😀',
    ' \uFEFF=1+1',
    '\n=2',
  ];
  const app = await startApp({
    script(upstream) {
      upstream.setMessages(
        // A negative id is a number, not a formula.
        names.map((_, n) => ({ id: -n, text: '', timestamp: '2024-04-29T00:00:00Z', report_id: n })),
      );
      for (const [n, name] of names.entries()) upstream.setReport(n, { name, credit_cost: 15.5 });
    },
  });
  const cells = [
    '"\'=HYPERLINK(""http://evil.example"",""Rent, 2024"")"',
    "'+1",
    "'-1",
    "'@SUM(A1)",
    "'\tTab",
    '"\'\rReturn"',
    "'＝1+1",
    '"Line\nbreak"',
    '"Plain; “curly” – ünï 😀"',
    "' \uFEFF=1+1",
    '"\'\n=2"',
  ];
  const lines = cells.map((cell, n) => `${n === 0 ? '0' : `-${n}`},2024-04-29T00:00:00Z,${cell},15.50\r\n`);
  const body = await (await app.get('/usage.csv')).text();
  expect(body).toBe(['message_id,timestamp,report_name,credits_used\r\n', ...lines].join(''));
});

test('?period= gives a closed period; an unknown one is 404', async () => {
  const app = await startApp({ script: tellWorkedExamples });
  await app.waitForRevision(1);
  app.upstream.setMessages([{ id: 2000, text: 'aba', timestamp: '2024-05-29T00:00:00Z' }]);
  await app.waitForRevision(2);

  const closed = await app.get('/usage.csv?period=1');
  expect(closed.headers.get('content-disposition')).toBe('attachment; filename="usage-period-1.csv"');
  // Six messages and the header.
  expect((await closed.text()).trimEnd().split('\r\n')).toHaveLength(7);
  const [, ...current] = (await (await app.get('/usage.csv')).text()).trimEnd().split('\r\n');
  expect(current).toEqual(['2000,2024-05-29T00:00:00Z,,2.00']);
  expect(await (await app.get('/usage.csv?period=2')).text()).toContain('2000,');

  for (const period of ['3', '0', '-1', '01', '1.0', 'x', '', '99999999999999999999']) {
    const response = await app.get(`/usage.csv?period=${period}`);
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({
      error: { code: 'NOT_FOUND', message: 'There is no such billing period.' },
    });
  }
  expect((await app.get('/usage.csv?period=1&period=2')).status).toBe(400);
});

test('GET /usage.csv answers 503 while a message is unpriced, and heals', async () => {
  const app = await startApp({
    script(upstream) {
      tellWorkedExamples(upstream);
      upstream.setReport(5392, (response) => response.writeHead(500).end());
    },
  });
  const refused = await app.get('/usage.csv');
  expect(refused.status).toBe(503);
  expect(refused.headers.get('retry-after')).toBe('10');
  expect(await refused.json()).toMatchObject({ error: { code: 'UNPRICED' } });

  app.upstream.setReport(5392, { name: 'Tenant Obligations Report', credit_cost: 79 });
  await waitUntil(async () => (await app.get('/usage.csv')).status === 200);
});

test('GET /usage.csv answers 503 while nothing was ever pulled', async () => {
  const upstream = await startScriptedUpstream();
  await upstream.stop();
  const app = await startApp({ upstream });
  const refused = await app.get('/usage.csv');
  expect(refused.status).toBe(503);
  expect(await refused.json()).toMatchObject({ error: { code: 'UPSTREAM_UNAVAILABLE' } });
});

test.each(['/usage.csv', '/usage'])('HEAD %s answers what GET would, without reading on', async (path) => {
  const { app, statements } = await startLongPeriod({ batches: 3, nameLength: 1 });
  const full = await app.get(path);
  await full.arrayBuffer();
  statements.length = 0;
  const response = await fetch(app.url + path, { method: 'HEAD' });
  expect(response.status).toBe(200);
  for (const name of ['content-type', 'content-disposition', 'content-length'])
    expect(response.headers.get(name)).toBe(full.headers.get(name));
  // The period, the first batch of its messages, and whether both are of one state.
  expect(statements).toHaveLength(3);
  await app.close();
});

test('a client that stops reading is not read for, and one that goes away ends the work', async () => {
  // 20 MB, more than the sockets' buffers hold: report names are a kilobyte each.
  const batches = 20;
  const { app, statements } = await startLongPeriod({ batches, nameLength: 1_000 });
  statements.length = 0;
  const response = await openAnswer(`${app.url}/usage.csv`);
  const whileHeld = await settledCount(statements);
  expect(whileHeld).toBeGreaterThan(1);
  expect(whileHeld).toBeLessThan(batches);
  response.destroy();
  await settledCount(statements);
  // One batch may have been under way.
  expect(statements.length).toBeLessThanOrEqual(whileHeld + 1);
  await app.close();
});

/** A service with batches of 1,000 messages in one period, and a list of the statements that it runs. */
async function startLongPeriod({
  batches,
  nameLength,
}: {
  readonly batches: number;
  readonly nameLength: number;
}): Promise<{ readonly app: App; readonly statements: string[] }> {
  const [sqlite] = testDatabases;
  if (sqlite === undefined) throw new Error('there is no database to test on');
  const { database, statements } = countStatements(await sqlite.open());
  const app = await startApp({
    database,
    script(upstream) {
      upstream.setReport(1, { name: 'x'.repeat(nameLength), credit_cost: 1 });
      const timestamp = '2024-04-29T00:00:00Z';
      upstream.setMessages(
        Array.from({ length: batches * 1_000 }, (_, id) => ({ id, text: '', timestamp, report_id: 1 })),
      );
    },
    // One pull, then quiet.
    settings: { SYNC_INTERVAL_MS: '60000', UPSTREAM_TIMEOUT_MS: '20000' },
  });
  await app.waitForRevision(1);
  return { app, statements };
}

/** Sends a GET and leaves the answer's body where it is. */
function openAnswer(url: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    get(url, resolve).on('error', reject);
  });
}

/** How many there are once there are no more for 300 ms. */
async function settledCount(list: readonly unknown[]): Promise<number> {
  let changedAtMs = performance.now();
  let count = list.length;
  await waitUntil(() => {
    if (list.length !== count) {
      count = list.length;
      changedAtMs = performance.now();
    }
    return performance.now() - changedAtMs > 300;
  });
  return count;
}
