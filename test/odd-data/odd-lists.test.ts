import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type App, startApp } from '../support/app.ts';
import { testDatabases } from '../support/databases.ts';

// "rent" costs 1 + 4×0.05 + 0.2 − 2 = −0.6, raised to 1.
function message(id: number, time: string, text = 'rent'): object {
  return { id, text, timestamp: `2024-04-${time}:00Z` };
}

const periods = z.object({
  billingPeriods: z.object({
    nodes: z.array(
      z.object({ id: z.string(), from: z.string(), to: z.string().nullable(), status: z.string() }),
    ),
  }),
});

async function readTexts(app: App, periodId: string | null = null): Promise<unknown> {
  const document = `query ($id: ID) { usage(periodId: $id) { messages { nodes { id text } } } }`;
  return app.data(document, { id: periodId });
}

async function readPeriods(app: App): Promise<z.infer<typeof periods>['billingPeriods']['nodes']> {
  const data = await app.data('{ billingPeriods { nodes { id from to status } } }');
  return periods.parse(data).billingPeriods.nodes;
}

function texts(...entries: readonly (readonly [string, string])[]): object {
  return { usage: { messages: { nodes: entries.map(([id, text]) => ({ id, text })) } } };
}

describe.each(testDatabases)('an odd list on $name', (testDatabase) => {
  async function start(list: readonly unknown[]): Promise<App> {
    return startApp({
      database: await testDatabase.open(),
      script: (upstream) => upstream.setMessages(list),
    });
  }

  it('counts a message once that it holds twice', async () => {
    const app = await start([message(1, '29T02:00'), message(2, '29T03:00'), message(1, '29T02:00')]);
    expect(await readTexts(app)).toEqual(texts(['1', 'rent'], ['2', 'rent']));
    const metrics = await (await app.get('/metrics')).text();
    expect(metrics).not.toContain('reason="conflicting_duplicate"');
    await app.close();
  });

  it('lets the first stand of two contents under one id, and counts the other as set aside', async () => {
    const app = await start([message(1, '29T02:00', 'first'), message(1, '29T02:00', 'second')]);
    expect(await readTexts(app)).toEqual(texts(['1', 'first']));
    await app.waitForPull();
    expect(await readTexts(app)).toEqual(texts(['1', 'first']));
    const metrics = await (await app.get('/metrics')).text();
    expect(metrics).toMatch(/usage_messages_set_aside_total\{reason="conflicting_duplicate"\} [1-9]/);
    await app.close();
  });

  it('keeps its order, whatever the timestamps say', async () => {
    const app = await start([message(3, '29T09:00'), message(1, '28T01:00'), message(2, '29T02:00')]);
    expect(await readTexts(app)).toEqual(texts(['3', 'rent'], ['1', 'rent'], ['2', 'rent']));
    expect(await readPeriods(app)).toMatchObject([{ from: '2024-04-28T01:00:00.000Z' }]);
    await app.close();
  });

  it('counts a message from before its period in that period, and leaves the closed one alone', async () => {
    const app = await start([message(1, '10T10:00', 'old')]);
    await app.waitForRevision(1);
    app.upstream.setMessages([message(2, '20T12:00', 'new')]);
    await app.waitForRevision(2);
    app.upstream.setMessages([message(2, '20T12:00', 'new'), message(3, '10T09:00', 'late')]);
    await app.waitForRevision(3);

    expect(await readTexts(app)).toEqual(texts(['2', 'new'], ['3', 'late']));
    expect(await readTexts(app, '1')).toEqual(texts(['1', 'old']));
    expect(await readPeriods(app)).toEqual([
      { id: '2', from: '2024-04-20T12:00:00.000Z', to: null, status: 'OPEN' },
      { id: '1', from: '2024-04-10T10:00:00.000Z', to: '2024-04-20T12:00:00.000Z', status: 'CLOSED' },
    ]);
    await app.close();
  });

  it('is not kept from closing its period by a message dated in the far future', async () => {
    const future = { id: 9, text: 'future', timestamp: '2099-01-01T00:00:00Z' };
    const app = await start([message(1, '10T10:00', 'old'), future]);
    await app.waitForRevision(1);
    app.upstream.setMessages([message(2, '20T12:00', 'new')]);
    await app.waitForRevision(2);

    expect(await readTexts(app)).toEqual(texts(['2', 'new']));
    expect(await readTexts(app, '1')).toEqual(texts(['1', 'old'], ['9', 'future']));
    await app.close();
  });
});
