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
import { periodMs, placeFilter, placeUsage, type RandomQuery, someQuery, someUsage } from './random-usage.ts';

const maxRuns = 30;

test.each(testDatabases)(
  'what GraphQL says equals a plain model of what the upstream told on $name',
  async (testDatabase) => {
    const app = await startApp({ database: await testDatabase.open() });
    let periodCount = 0;
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
          for (const query of queries) {
            const filter = placeFilter(query, usage, place);
            if (filter === null) continue;
            const found = filterMessages(model, filter);
            await expectPages(app, query, filter, found);
            await expectSums(app, query, filter, found);
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
    const unpriced = edges.filter(({ node }) => node.creditsUsed === null).length;
    // creditsUsed, charge and report of each
    expect((body.errors ?? []).map(({ extensions }) => extensions.code)).toEqual(
      Array.from({ length: 3 * unpriced }, () => 'UNPRICED'),
    );
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

const totalsFields = '{ creditsUsed messageCount unpricedCount }';
const sumsDocument = `query ($filter: MessageFilter, $size: WindowSize!, $timeZone: TimeZone!) {
  usage {
    totals(filter: $filter) ${totalsFields}
    windows(size: $size, timeZone: $timeZone, filter: $filter) { from to totals ${totalsFields} }
    byReport(filter: $filter) { report { id name } totals ${totalsFields} }
  }
}`;

const sums = z.object({
  usage: z.object({
    totals: z.unknown(),
    windows: z.array(z.object({ from: z.string(), to: z.string(), totals: z.unknown() })),
    byReport: z.array(
      z.object({
        report: z.object({ id: z.string(), name: z.string() }).nullable(),
        totals: z.looseObject({ creditsUsed: z.string() }),
      }),
    ),
  }),
});

/** Totals, windows and reports each hold every message once. */
async function expectSums(
  app: App,
  { size, timeZone }: RandomQuery,
  filter: ModelFilter,
  found: readonly ModelMessage[],
): Promise<void> {
  const { usage } = sums.parse(await app.data(sumsDocument, { filter, size, timeZone }));
  expect(usage.totals).toEqual(sumUp(found));

  let counted = 0;
  for (const [index, { from, to, totals }] of usage.windows.entries()) {
    const inside = found.filter(
      ({ timestampMs }) => timestampMs >= Date.parse(from) && timestampMs < Date.parse(to),
    );
    counted += inside.length;
    expect(totals).toEqual(sumUp(inside));
    expect(usage.windows[index + 1]?.from ?? to, 'no gap').toBe(to);
    if (size === 'DAY') expectLocalMidnight(from, timeZone);
  }
  expect(counted, 'the windows hold all').toBe(found.length);

  const byReport = Map.groupBy(found, ({ reportId, reportName }) => (reportName === null ? null : reportId));
  const modelled = [...byReport].map(([id, ofReport]) => ({
    report: id === null ? null : { id: String(id), name: ofReport[0]?.reportName },
    totals: sumUp(ofReport),
  }));
  expect(usage.byReport).toHaveLength(modelled.length);
  expect(usage.byReport).toEqual(expect.arrayContaining(modelled));
  const credits = usage.byReport.map(({ totals }) => Number(totals.creditsUsed));
  expect(credits, 'dearest first').toEqual(credits.toSorted((a, b) => b - a));
}

function expectLocalMidnight(instant: string, timeZone: string): void {
  const local = new Intl.DateTimeFormat('en-GB', { timeZone, timeStyle: 'medium' }).format(
    Date.parse(instant),
  );
  expect(local).toBe('00:00:00');
}
