import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type App, startApp, waitUntil } from '../support/app.ts';
import { testDatabases } from '../support/databases.ts';

// The largest price of a report, a billion credits: 900 of them add up exactly, in units of 1/10,000, and 901 do not.
const dearest = { name: 'Dear Report', credit_cost: 1_000_000_000 };
const document = `query ($id: ID) { usage(periodId: $id) {
  freshness { stale revision } totals { creditsUsed messageCount unpricedCount } } }`;
const answer = z.object({
  usage: z.object({
    freshness: z.object({ stale: z.boolean(), revision: z.number() }),
    totals: z.object({ creditsUsed: z.string(), messageCount: z.number(), unpricedCount: z.number() }),
  }),
});

function dear(count: number, { firstId = 1, day = '01' } = {}): readonly object[] {
  return Array.from({ length: count }, (_, place) => ({
    id: firstId + place,
    text: 'rent',
    timestamp: `2024-04-${day}T02:00:00Z`,
    report_id: 5,
  }));
}

async function readUsage(app: App, id: string | null = null): Promise<z.infer<typeof answer>['usage']> {
  return answer.parse(await app.data(document, { id })).usage;
}

describe.each(testDatabases)('sums beyond 2^53 units on $name', (testDatabase) => {
  it('are refused at their commit: what was recorded is served, and pulls go on when they can', async () => {
    const app = await startApp({
      database: await testDatabase.open(),
      settings: { SYNC_INTERVAL_MS: '200' },
      script: (upstream) => {
        upstream.setReport(5, dearest);
        upstream.setMessages(dear(900));
      },
    });
    await app.waitForRevision(1);
    const full = { creditsUsed: '900000000000.00', messageCount: 900, unpricedCount: 0 };
    expect((await readUsage(app)).totals).toEqual(full);

    app.upstream.setMessages(dear(901));
    await waitUntil(async () => (await readUsage(app)).freshness.stale);
    expect(await readUsage(app)).toEqual({ freshness: { stale: true, revision: 1 }, totals: full });
    expect((await app.get('/usage')).status).toBe(200);
    expect((await app.get('/readyz')).status).toBe(200);

    // The next period has a sum of its own.
    app.upstream.setMessages(dear(1, { firstId: 901, day: '02' }));
    await waitUntil(async () => !(await readUsage(app)).freshness.stale);
    expect((await readUsage(app)).totals.creditsUsed).toBe('1000000000.00');
    expect((await readUsage(app, '1')).totals).toEqual(full);
    await app.close();
  });

  it('are refused of late prices as well, and keep nobody else from theirs', async () => {
    let skewMs = 0;
    const app = await startApp({
      database: await testDatabase.open(),
      now: () => new Date(Date.now() + skewMs),
      script: (upstream) => {
        upstream.setReport(5, (response) => response.writeHead(500).end());
        upstream.setReport(6, (response) => response.writeHead(500).end());
        const other = { id: 2000, text: 'rent', timestamp: '2024-04-01T02:00:00Z', report_id: 6 };
        upstream.setMessages([...dear(901), other]);
      },
    });
    await app.waitForRevision(1);
    app.upstream.setMessages([{ id: 3000, text: 'rent', timestamp: '2024-04-02T02:00:00Z' }]);
    app.upstream.setReport(5, dearest);
    app.upstream.setReport(6, { name: 'Lease Report', credit_cost: 15.5 });
    // Reports of closed periods are asked for once a minute.
    skewMs = 61_000;
    await waitUntil(async () => (await readUsage(app, '1')).totals.unpricedCount < 902);
    expect((await readUsage(app, '1')).totals).toEqual({
      creditsUsed: '15.50',
      messageCount: 902,
      unpricedCount: 901,
    });
    expect((await readUsage(app)).totals.creditsUsed).toBe('1.00');
    expect(await (await app.get('/metrics')).text()).toMatch(/usage_late_price_faults_total [1-9]/);
    await app.close();
  });
});

it('a first list whose sum is beyond 2^53 units is refused, and the reason is told', async () => {
  const app = await startApp({
    script: (upstream) => {
      upstream.setReport(5, dearest);
      upstream.setMessages(dear(901));
    },
  });
  await waitUntil(async () => /ever pulled/.test(await (await app.get('/readyz')).text()));
  expect(await (await app.get('/readyz')).json()).toEqual({
    status: 'unavailable',
    reason:
      'nothing was ever pulled from the upstream: the messages of period 1 would come to more than ' +
      '900,719,925,474 credits, which is beyond exact sums',
  });
  await app.close();
});
