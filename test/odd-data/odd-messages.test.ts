import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type App, startApp } from '../support/app.ts';
import { testDatabases } from '../support/databases.ts';
import { oddMessages } from './odd-messages.ts';

const usual = { id: 1, text: 'rent', timestamp: '2024-04-29T02:08:29.375Z' };
const document = `{ usage {
  totals { creditsUsed messageCount unpricedCount }
  messages(first: 500) { nodes { id timestamp text creditsUsed report { id } } }
} }`;
const answer = z.object({
  usage: z.object({
    totals: z.object({ creditsUsed: z.string(), messageCount: z.number(), unpricedCount: z.number() }),
    messages: z.object({
      nodes: z.array(
        z.object({
          id: z.string(),
          timestamp: z.string(),
          text: z.string(),
          creditsUsed: z.string(),
          report: z.null(),
        }),
      ),
    }),
  }),
});

describe.each(testDatabases)('odd messages on $name', (testDatabase) => {
  let app: App;
  let usage: z.infer<typeof answer>['usage'];

  beforeAll(async () => {
    const list = [JSON.stringify(usual), ...oddMessages.map(({ json }) => json)];
    app = await startApp({
      database: await testDatabase.open(),
      // Once is enough: each pull logs and counts what it sets aside.
      settings: { SYNC_INTERVAL_MS: '3600000' },
      script: (upstream) => {
        upstream.onMessages((_, response) => response.end(`{"messages":[${list.join(',')}]}`));
      },
    });
    ({ usage } = answer.parse(await app.data(document)));
  });
  afterAll(() => app.close());

  it.each(oddMessages.map((odd, place) => ({ ...odd, place })))('$name', ({ counted, place }) => {
    // In the upstream's order: what stands at its place is itself, or when it is set aside the next that counts.
    const placesBefore = oddMessages.slice(0, place).filter((odd) => odd.counted !== null).length;
    const next = counted ?? oddMessages.slice(place).find((odd) => odd.counted !== null)?.counted ?? null;
    const found = usage.messages.nodes[1 + placesBefore] ?? null;
    expect(found).toEqual(next === null ? null : { ...next, report: null });
  });

  it('neither hold up nor change the others', () => {
    const countedCount = oddMessages.filter(({ counted }) => counted !== null).length;
    expect(usage.messages.nodes[0]).toMatchObject({ id: '1', creditsUsed: '1.00' });
    expect(usage.totals).toEqual({
      // Nineteen at 1.00 each, and the megabyte: 19 + 50,004.30
      creditsUsed: '50023.30',
      messageCount: 1 + countedCount,
      unpricedCount: 0,
    });
  });

  it('are counted when they are set aside', async () => {
    const asideCount = oddMessages.filter(({ counted }) => counted === null).length;
    const metrics = await (await app.get('/metrics')).text();
    expect(metrics).toContain(`usage_messages_set_aside_total{reason="invalid"} ${asideCount}`);
  });
});
