import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type App, startApp } from '../support/app.ts';
import { testDatabases } from '../support/databases.ts';

// Reports: 10 "Zoning" 4.00, 20 "Lease" 15.50, 30 cannot be read, 40 does not exist. By text: '123' costs 1.15,
// '1234567' 1 + 7×0.05 = 1.35 and 'aba' 2.00.
const messages = [
  { id: 1, text: '123', timestamp: '2024-03-30T22:30:00.000Z' },
  { id: 2, text: 'Zoning rules', timestamp: '2024-03-31T00:30:00.000Z', report_id: 10 },
  { id: 3, text: 'the LEASE', timestamp: '2024-03-31T01:15:00.000Z', report_id: 20 },
  { id: 4, text: 'aba', timestamp: '2024-03-31T23:45:00.000Z' },
  { id: 5, text: 'a lease again', timestamp: '2024-04-01T10:00:00.000Z', report_id: 20 },
  { id: 6, text: 'unread', timestamp: '2024-04-01T10:00:00.000Z', report_id: 30 },
  { id: 7, text: '1234567', timestamp: '2024-04-02T00:00:00.000Z', report_id: 40 },
  { id: 8, text: '123', timestamp: '2024-03-29T12:00:00.000Z' },
];

const page = z.object({
  usage: z.object({
    messages: z.object({
      nodes: z.array(z.object({ id: z.string() })),
      pageInfo: z.object({
        hasNextPage: z.boolean(),
        hasPreviousPage: z.boolean(),
        startCursor: z.string().nullable(),
        endCursor: z.string().nullable(),
      }),
      totals: z.object({ creditsUsed: z.string(), messageCount: z.number(), unpricedCount: z.number() }),
    }),
  }),
});

describe.each(testDatabases)('queries on $name', (testDatabase) => {
  let app: App;
  beforeAll(async () => {
    app = await startApp({
      database: await testDatabase.open(),
      script(upstream) {
        upstream.setMessages(messages);
        upstream.setReport(10, { name: 'Zoning', credit_cost: 4 });
        upstream.setReport(20, { name: 'Lease', credit_cost: 15.5 });
        upstream.setReport(30, (response) => response.writeHead(500).end());
      },
    });
    await app.waitForRevision(1);
  });
  afterAll(() => app.close());

  async function readPage(variables: object): Promise<z.infer<typeof page>['usage']['messages']> {
    const data = await app.data(
      `query ($first: Int, $after: String, $last: Int, $before: String, $filter: MessageFilter, $orderBy: [MessageOrder!]) {
        usage {
          messages(first: $first, after: $after, last: $last, before: $before, filter: $filter, orderBy: $orderBy) {
            nodes { id }
            pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
            totals { creditsUsed messageCount unpricedCount }
          }
        }
      }`,
      variables,
    );
    return page.parse(data).usage.messages;
  }

  async function readIds(variables: object): Promise<string> {
    return (await readPage(variables)).nodes.map(({ id }) => id).join(' ');
  }

  test.each([
    ['nothing', {}, '1 2 3 4 5 6 7 8'],
    ['from, included', { timestamp: { from: '2024-04-01T10:00:00Z' } }, '5 6 7'],
    ['to, excluded', { timestamp: { to: '2024-03-31T00:30:00Z' } }, '1 8'],
    ['a span', { timestamp: { from: '2024-03-31T00:30:00Z', to: '2024-04-01T10:00:00.001Z' } }, '2 3 4 5 6'],
    [
      'an offset',
      { timestamp: { from: '2024-04-01T12:00:00+02:00', to: '2024-04-01T12:00:00.001+02:00' } },
      '5 6',
    ],
    ['an empty span', { timestamp: { from: '2024-04-01T10:00:00Z', to: '2024-04-01T10:00:00Z' } }, ''],
    ['one report', { reportIds: ['20'] }, '3 5'],
    ['reports', { reportIds: ['20', '30', '20', 'none'] }, '3 5 6'],
    ['no report of a list', { reportIds: [] }, ''],
    ['a report that does not exist', { reportIds: ['40'] }, ''],
    ['with a report', { hasReport: true }, '2 3 5 6'],
    ['without a report', { hasReport: false }, '1 4 7 8'],
    ['at least', { creditsUsed: { min: '2' } }, '2 3 4 5'],
    ['at most', { creditsUsed: { max: '1.15' } }, '1 8'],
    ['between', { creditsUsed: { min: '1.35', max: '4.00' } }, '2 4 7'],
    ['exactly', { creditsUsed: { min: '15.5', max: '15.5' } }, '3 5'],
    ['a text in any case', { text: 'LeAsE' }, '3 5'],
    ['a text with a wildcard', { text: '%' }, ''],
    [
      'all together',
      {
        timestamp: { from: '2024-03-31T01:15:00Z' },
        reportIds: ['20'],
        hasReport: true,
        creditsUsed: { min: '15' },
        text: 'again',
      },
      '5',
    ],
    ['a contradiction', { hasReport: false, reportIds: ['20'] }, ''],
  ])('a filter lets through: %s', async (_what, filter, ids) => {
    expect(await readIds({ filter })).toBe(ids);
  });

  test.each([
    ['no order', [], '1 2 3 4 5 6 7 8'],
    ['time', [{ field: 'TIMESTAMP' }], '8 1 2 3 4 5 6 7'],
    ['time, latest first', [{ field: 'TIMESTAMP', direction: 'DESC' }], '7 5 6 4 3 2 1 8'],
    ['credits, unpriced last', [{ field: 'CREDITS_USED' }], '1 8 7 4 2 3 5 6'],
    [
      'credits, dearest first, unpriced last',
      [{ field: 'CREDITS_USED', direction: 'DESC' }],
      '3 5 2 4 7 1 8 6',
    ],
    ['report, none last', [{ field: 'REPORT_NAME' }], '3 5 2 1 4 6 7 8'],
    ['report backwards, none last', [{ field: 'REPORT_NAME', direction: 'DESC' }], '2 3 5 1 4 6 7 8'],
    [
      'report, then credits, dearest first',
      [{ field: 'REPORT_NAME' }, { field: 'CREDITS_USED', direction: 'DESC' }],
      '3 5 2 4 7 1 8 6',
    ],
    [
      'credits, then time, latest first',
      [{ field: 'CREDITS_USED' }, { field: 'TIMESTAMP', direction: 'DESC' }],
      '1 8 7 4 2 5 3 6',
    ],
  ])('orders by %s, whatever the size and direction of the pages', async (_what, orderBy, ids) => {
    const whole = ids.split(' ');
    expect(await readIds({ orderBy })).toBe(ids);
    for (const size of [1, 3, 8]) {
      const forward: string[] = [];
      for (let after: string | null = null, more = true; more;) {
        const { nodes, pageInfo } = await readPage({ first: size, after, orderBy });
        expect(pageInfo.hasPreviousPage).toBe(after !== null);
        forward.push(...nodes.map(({ id }) => id));
        ({ endCursor: after, hasNextPage: more } = pageInfo);
      }
      expect(forward).toEqual(whole);
      const backward: string[] = [];
      for (let before: string | null = null, more = true; more;) {
        const { nodes, pageInfo } = await readPage({ last: size, before, orderBy });
        expect(pageInfo.hasNextPage).toBe(before !== null);
        backward.unshift(...nodes.map(({ id }) => id));
        ({ startCursor: before, hasPreviousPage: more } = pageInfo);
      }
      expect(backward).toEqual(whole);
    }
  });

  test('the totals of a page are those of the whole filter, on the first page, the last and an empty one', async () => {
    const filter = { reportIds: ['20', '30'] };
    const totals = { creditsUsed: '31.00', messageCount: 3, unpricedCount: 1 }; // 2 × 15.50
    const first = await readPage({ first: 1, filter });
    expect(first).toMatchObject({ nodes: [{ id: '3' }], totals });
    expect(await readPage({ first: 10, after: first.pageInfo.endCursor, filter })).toMatchObject({
      nodes: [{ id: '5' }, { id: '6' }],
      totals,
    });
    const none = await readPage({ first: 0, filter });
    expect(none).toMatchObject({
      nodes: [],
      totals,
      pageInfo: { hasNextPage: true, startCursor: null, endCursor: null },
    });
  });

  test('sums up by report, dearest first, with null for what has none', async () => {
    const data = await app.data(
      '{ usage { byReport { report { id name } creditCost totals { creditsUsed messageCount unpricedCount } } } }',
    );
    expect(data).toEqual({
      usage: {
        byReport: [
          {
            report: { id: '20', name: 'Lease' },
            creditCost: '15.50',
            totals: { creditsUsed: '31.00', messageCount: 2, unpricedCount: 0 },
          },
          // 1.15 + 2.00 + 1.35 + 1.15, and the one that cannot be priced
          {
            report: null,
            creditCost: null,
            totals: { creditsUsed: '5.65', messageCount: 5, unpricedCount: 1 },
          },
          {
            report: { id: '10', name: 'Zoning' },
            creditCost: '4.00',
            totals: { creditsUsed: '4.00', messageCount: 1, unpricedCount: 0 },
          },
        ],
      },
    });
  });

  test('cuts days by the clock of a zone, 23 hours long where clocks go forward', async () => {
    const windows = '{ from to totals { creditsUsed messageCount unpricedCount } }';
    const data = await app.data(`{ usage {
      berlin: windows(timeZone: "Europe/Berlin") ${windows}
      calcutta: windows(size: WEEK, timeZone: "asia/kolkata") ${windows}
      utc: windows(size: MONTH) ${windows}
    } }`);
    expect(data).toEqual({
      usage: {
        berlin: [
          window('2024-03-28T23:00', '2024-03-29T23:00', '1.15', 1),
          window('2024-03-29T23:00', '2024-03-30T23:00', '1.15', 1),
          window('2024-03-30T23:00', '2024-03-31T22:00', '19.50', 2), // 4 + 15.50; 23 hours
          window('2024-03-31T22:00', '2024-04-01T22:00', '17.50', 3, 1), // 2 + 15.50
          window('2024-04-01T22:00', '2024-04-02T22:00', '1.35', 1),
        ],
        calcutta: [
          // Monday 25 March to Sunday 31 March: 2 × 1.15 + 4 + 15.50
          window('2024-03-24T18:30', '2024-03-31T18:30', '21.80', 4),
          window('2024-03-31T18:30', '2024-04-07T18:30', '18.85', 4, 1), // 2 + 15.50 + 1.35
        ],
        utc: [
          window('2024-03-01T00:00', '2024-04-01T00:00', '23.80', 5), // 21.80 + 2
          window('2024-04-01T00:00', '2024-05-01T00:00', '16.85', 3, 1), // 15.50 + 1.35
        ],
      },
    });
  });
});

function window(from: string, to: string, creditsUsed: string, messageCount: number, unpricedCount = 0) {
  return {
    from: `${from}:00.000Z`,
    to: `${to}:00.000Z`,
    totals: { creditsUsed, messageCount, unpricedCount },
  };
}
