import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type App, startApp, waitUntil } from '../support/app.ts';
import { testDatabases } from '../support/databases.ts';
import type { ScriptedUpstream } from '../support/scripted-upstream.ts';

// "rent" costs 1 + 4×0.05 + 0.2 − 2 = −0.6, raised to 1.
function row(id: number, fields: object = {}): object {
  return { id, text: 'rent', timestamp: `2024-04-29T02:0${id}:00Z`, ...fields };
}

// Rows that cannot be read, for one reason each.
const noId = { text: 'rent', timestamp: '2024-04-29T02:00:00Z' };
const hugeId = { ...noId, id: '653247040368672768' };

const answer = z.object({
  usage: z.object({
    freshness: z.object({ revision: z.number(), stale: z.boolean(), setAsideCount: z.number() }),
    totals: z.object({ creditsUsed: z.string(), messageCount: z.number() }),
    messages: z.object({ nodes: z.array(z.object({ id: z.string(), creditsUsed: z.string() })) }),
  }),
});

async function readUsage(app: App): Promise<z.infer<typeof answer>['usage']> {
  const data = await app.data(`{ usage { freshness { revision stale setAsideCount }
    totals { creditsUsed messageCount } messages { nodes { id creditsUsed } } } }`);
  return answer.parse(data).usage;
}

async function readIds(app: App): Promise<string> {
  return (await readUsage(app)).messages.nodes.map(({ id }) => id).join(' ');
}

/** Sends another list, and waits until a pull has seen it. */
async function send(app: App, list: readonly unknown[]): Promise<void> {
  app.upstream.setMessages(list);
  await app.waitForPull();
}

describe.each(testDatabases)('rows that cannot be read, on $name,', (testDatabase) => {
  async function start(
    list: readonly unknown[],
    {
      settings = {},
      script,
    }: { settings?: Record<string, string>; script?: (of: ScriptedUpstream) => void } = {},
  ): Promise<App> {
    const app = await startApp({
      database: await testDatabase.open(),
      settings,
      script: (upstream) => {
        upstream.setMessages(list);
        script?.(upstream);
      },
    });
    await app.waitForRevision(1);
    return app;
  }

  it('withdraw nothing, change nothing that they stand for, and are told of everywhere', async () => {
    const app = await start([row(1), row(2, { text: 'aba' }), row(3)]);
    const csv = await (await app.get('/usage.csv')).text();
    expect((await app.get('/usage')).headers.get('x-usage-set-aside')).toBeNull();

    await send(app, [row(1), row(2, { text: 7 }), row(3, { timestamp: 'yesterday' })]);
    expect(await readUsage(app)).toMatchObject({
      freshness: { revision: 1, setAsideCount: 2 },
      totals: { creditsUsed: '4.00', messageCount: 3 }, // 1 + 2 + 1
    });
    for (const path of ['/usage', '/usage.csv']) {
      expect((await app.get(path)).headers.get('x-usage-set-aside')).toBe('2');
    }
    expect(await (await app.get('/usage.csv')).text()).toBe(csv);

    await send(app, [row(1), row(2, { text: 'aba' }), row(3)]);
    expect((await readUsage(app)).freshness).toMatchObject({ revision: 1, setAsideCount: 0 });
    expect((await app.get('/usage')).headers.get('x-usage-set-aside')).toBeNull();
    await app.close();
  });

  it('keep all that is missing, in its place, until every row can be read again', async () => {
    const app = await start([row(1), row(2), row(3), row(4)]);
    // 2 and 4 are missing: each might be the row without an id. 5, 6 and 7 are new.
    await send(app, [row(5), row(1), row(6), row(3), row(7), hugeId]);
    expect(await readIds(app)).toBe('5 1 2 6 3 4 7');
    expect((await readUsage(app)).freshness).toMatchObject({ revision: 2, setAsideCount: 1 });
    // All of the list turned round.
    await send(app, [noId, row(7), row(3), row(6), row(1), row(5)]);
    expect(await readIds(app)).toBe('7 3 4 6 1 2 5');

    await send(app, [row(5), row(1), row(6), row(3), row(7)]);
    expect(await readIds(app)).toBe('5 1 6 3 7');
    expect((await readUsage(app)).freshness.setAsideCount).toBe(0);
    await app.close();
  });

  it('leave what they stand for priced like all other messages', async () => {
    const app = await start([row(1), row(2, { report_id: 5 }), row(3, { report_id: 5 })], {
      settings: { REPORT_MAX_AGE_MS: '1' },
      script: (upstream) => upstream.setReport(5, { name: 'Lease Report', credit_cost: 10 }),
    });
    await send(app, [row(1), row(2, { report_id: 5 }), noId]);
    app.upstream.setReport(5, { name: 'Lease Report', credit_cost: 20 });
    await waitUntil(async () => (await readUsage(app)).totals.creditsUsed !== '21.00');
    expect((await readUsage(app)).totals).toEqual({ creditsUsed: '41.00', messageCount: 3 }); // 1 + 2 × 20
    await app.close();
  });

  it('do not keep a period from closing, unless one has the id of a message of it', async () => {
    const app = await start([row(1), row(2)]);
    await send(app, [row(2, { text: null }), row(5), noId]);
    expect(await readIds(app)).toBe('1 2 5');
    await send(app, [noId, row(6), row(7, { text: null })]);
    expect(await readIds(app)).toBe('6');
    const { setAsideCount } = (await readUsage(app)).freshness;
    expect(setAsideCount).toBe(2);
    await app.close();
  });

  it('are refused together when the list holds nothing else', async () => {
    const app = await start([row(1), row(2)], { settings: { SYNC_INTERVAL_MS: '100' } });
    app.upstream.setMessages([row(1, { text: 7 }), noId]);
    await waitUntil(async () => (await readUsage(app)).freshness.stale);
    expect(await readUsage(app)).toMatchObject({
      freshness: { revision: 1, setAsideCount: 0 },
      totals: { creditsUsed: '2.00', messageCount: 2 },
    });
    app.upstream.setMessages([row(1), row(2), row(3)]);
    await waitUntil(async () => (await readIds(app)) === '1 2 3');
    await waitUntil(async () => !(await readUsage(app)).freshness.stale);
    await app.close();
  });
});

it('a first list of which no row can be read leaves the service unready, and the reason is told', async () => {
  const app = await startApp({ script: (upstream) => upstream.setMessages([hugeId, noId]) });
  const { body } = await app.query('{ usage { totals { creditsUsed } } }');
  expect(body.errors).toMatchObject([{ extensions: { code: 'UPSTREAM_UNAVAILABLE' } }]);
  const unready = await app.get('/readyz');
  expect(unready.status).toBe(503);
  expect(await unready.json()).toEqual({
    status: 'unavailable',
    reason:
      'nothing was ever pulled from the upstream: none of the 2 rows of the list can be read: ' +
      'id must not be beyond 2^53 - 1, but is "653247040368672768"',
  });
  app.upstream.setMessages([{ ...noId, id: '1000' }]);
  await waitUntil(async () => (await app.get('/readyz')).status === 200);
  expect(await app.data('{ usage { totals { creditsUsed } } }')).toEqual({
    usage: { totals: { creditsUsed: '1.00' } },
  });
  await app.close();
});
