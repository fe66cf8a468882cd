import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { type App, startApp } from '../support/app.ts';
import { testDatabases } from '../support/databases.ts';
import {
  filterMessages,
  formatUnits,
  type ModelFilter,
  type ModelMessage,
  orderMessages,
  priceMessages,
  sumUp,
} from './model-usage.ts';
import { expectSums } from './model-windows.ts';
import { periodMs, placeFilter, placeUsage, type RandomQuery, someQuery, someUsage } from './random-usage.ts';

const maxRuns = 30;

test.each(testDatabases)(
  'what GraphQL says equals a plain model of what the upstream told on $name',
  async (testDatabase) => {
    const app = await startApp({
      database: await testDatabase.open(),
      // Hours of two periods, each with its reports.
      settings: { QUERY_MAX_COMPLEXITY: '500000' },
    });
    let periodCount = 0;
    const all: ModelMessage[] = [];
    await fc.assert(
      fc.asyncProperty(
        someUsage,
        fc.array(someQuery, { minLength: 2, maxLength: 4 }),
        async (usage, queries) => {
          // Each run is the account's next period: later than the one before, with ids of its own.
          const place = {
            beginMs: Date.UTC(2000) + periodCount * 2 * periodMs,
            firstId: (periodCount + 1) * 1_000,
          };
          periodCount += 1;
          const { messages, reports } = placeUsage(usage, place);
          for (const [id, report] of reports)
            app.upstream.setReport(id, report ?? { name: 'x', credit_cost: 'none' });
          app.upstream.setMessages(messages);
          await app.waitForPull();

          const model = priceMessages(messages, reports);
          all.push(...model);
          for (const query of queries) {
            const filter = placeFilter(query, usage, place);
            if (filter === null) continue;
            const found = filterMessages(model, filter);
            await expectPages(app, query, filter, found);
            await expectSums(app, query, filter, { found, period: model, all });
          }
        },
      ),
      // A busy machine runs fewer rather than fail.
      { numRuns: maxRuns, interruptAfterTimeLimit: 40_000 },
    );
    expect(periodCount).toBeGreaterThanOrEqual(3);
    await app.close();
  },
  90_000,
);

const page = z.object({
  usage: z.object({
    messages: z.object({
      edges: z.array(
        z.object({
          cursor: z.string(),
          node: z.object({
            id: z.string(),
            creditsUsed: z.string().nullable(),
            charge: z
              .object({ credits: z.string(), steps: z.array(z.object({ amount: z.string() })) })
              .nullable(),
            report: z.object({ name: z.string() }).nullable(),
          }),
        }),
      ),
      pageInfo: z.object({ hasNextPage: z.boolean(), hasPreviousPage: z.boolean() }),
      totals: z.unknown(),
    }),
  }),
});

const pageDocument = `query ($first: Int, $after: String, $last: Int, $before: String, $filter: MessageFilter, $orderBy: [MessageOrder!]) {
  usage {
    messages(first: $first, after: $after, last: $last, before: $before, filter: $filter, orderBy: $orderBy) {
      edges { cursor node { id creditsUsed charge { credits steps { amount } } report { name } } }
      pageInfo { hasNextPage hasPreviousPage }
      totals { creditsUsed messageCount unpricedCount }
    }
  }
}`;

/** Walks all pages of a query, forwards or backwards: each message once, in order, at its price. */
async function expectPages(
  app: App,
  { orderBy, pageSize, backward }: RandomQuery,
  filter: ModelFilter,
  found: readonly ModelMessage[],
): Promise<void> {
  const walked: z.infer<typeof page>['usage']['messages']['edges'] = [];
  for (let cursor: string | null = null, more = true; more;) {
    const window = backward ? { last: pageSize, before: cursor } : { first: pageSize, after: cursor };
    const { body } = await app.query(pageDocument, { ...window, filter, orderBy });
    const { edges, pageInfo, totals } = page.parse(body.data).usage.messages;
    expect(totals).toEqual(sumUp(found));
    expect(body.errors).toBeUndefined();
    walked.splice(backward ? 0 : walked.length, 0, ...edges);
    expect(edges.length).toBeLessThanOrEqual(pageSize);
    more = backward ? pageInfo.hasPreviousPage : pageInfo.hasNextPage;
    cursor = (backward ? edges[0] : edges.at(-1))?.cursor ?? null;
    expect(edges.length === pageSize || !more, 'only the last page is short').toBe(true);
  }
  expect(
    walked.map(({ node: { id, creditsUsed, charge, report } }) => ({
      id,
      creditsUsed,
      charged: charge?.credits ?? null,
      reportName: report?.name ?? null,
    })),
  ).toEqual(
    orderMessages(found, orderBy).map(({ id, units, reportName }) => ({
      id: String(id),
      creditsUsed: units === null ? null : formatUnits(units),
      charged: units === null ? null : formatUnits(units),
      reportName,
    })),
  );
  for (const { node } of walked) {
    const steps = node.charge?.steps.map(({ amount }) => Math.round(Number(amount) * 10_000)) ?? [];
    const sum = steps.reduce((total, units) => total + units, 0);
    expect(sum).toBe(Math.round(Number(node.creditsUsed ?? 0) * 10_000));
  }
}
