import { afterAll, describe, expect, test } from 'vitest';
import { startApp } from '../support/app.ts';
import { testDatabases } from '../support/databases.ts';

/** '123' costs 1.15 by the default card: 1 + 3×0.05. */
function message(id: number, timestamp: string, reportId?: number) {
  return { id, text: '123', timestamp, ...(reportId === undefined ? {} : { report_id: reportId }) };
}

const totals = 'totals { creditsUsed messageCount }';

describe.each(testDatabases)('windows on $name', async (testDatabase) => {
  let aheadMs = 0;
  const app = await startApp({
    database: await testDatabase.open(),
    now: () => new Date(Date.now() + aheadMs),
    script(upstream) {
      upstream.setReport(7, { name: 'Lease', credit_cost: 15.5 });
      upstream.setMessages([
        message(1, '2024-05-06T10:00:00Z'),
        message(2, '2024-05-06T11:00:00Z', 7),
        message(3, '2024-05-08T00:00:00Z', 7),
      ]);
    },
  });
  await app.waitForRevision(1);
  app.upstream.setMessages([message(4, '2024-05-08T01:00:00Z', 7), message(5, '2024-05-09T23:59:59.999Z')]);
  await app.waitForRevision(2);
  // The open period's reports are read again after an hour, and the closed one's never.
  app.upstream.setReport(7, { name: 'Lease, new', credit_cost: 20 });
  aheadMs = 2 * 3_600_000;
  await app.waitForRevision(3);
  afterAll(() => app.close());

  test('cover the whole range that the filter names, empty ends too', async () => {
    const data = await app.data(`{ usage(periodId: "1") {
      both: windows(filter: { timestamp: { from: "2024-05-05T12:00:00Z", to: "2024-05-10T00:00:00Z" } }) { from ${totals} }
      left: windows(filter: { timestamp: { from: "2024-05-05T00:00:00Z" }, hasReport: false }) { from ${totals} }
      right: windows(filter: { timestamp: { to: "2024-05-09T00:00:00.001Z" } }) { from ${totals} }
      empty: windows(filter: { timestamp: { from: "2024-05-07T00:00:00Z", to: "2024-05-07T00:00:00Z" } }) { from }
      beyond: windows(filter: { timestamp: { from: "2024-06-01T00:00:00Z" } }) { from }
    } }`);
    expect(data).toEqual({
      usage: {
        both: [
          day('2024-05-05', '0.00', 0),
          day('2024-05-06', '16.65', 2), // 1.15 + 15.50
          day('2024-05-07', '0.00', 0),
          day('2024-05-08', '15.50', 1),
          day('2024-05-09', '0.00', 0),
        ],
        left: [
          day('2024-05-05', '0.00', 0),
          day('2024-05-06', '1.15', 1),
          day('2024-05-07', '0.00', 0),
          day('2024-05-08', '0.00', 0), // the period's last message is of this day
        ],
        right: [
          day('2024-05-06', '16.65', 2),
          day('2024-05-07', '0.00', 0),
          day('2024-05-08', '15.50', 1),
          day('2024-05-09', '0.00', 0),
        ],
        empty: [],
        beyond: [],
      },
    });
  });

  test('of a week begin on the day asked for', async () => {
    // 6 May 2024 was a Monday.
    const data = await app.data(`{ usage(periodId: "1") {
      monday: windows(size: WEEK) { from to }
      sunday: windows(size: WEEK, weekStart: SUNDAY) { from to }
      tuesday: windows(size: WEEK, weekStart: TUESDAY) { from to }
      days: windows(weekStart: SUNDAY) { from }
    } }`);
    expect(data).toMatchObject({
      usage: {
        monday: [week('2024-05-06', '2024-05-13')],
        sunday: [week('2024-05-05', '2024-05-12')],
        tuesday: [week('2024-04-30', '2024-05-07'), week('2024-05-07', '2024-05-14')],
        days: [{}, {}, {}],
      },
    });
  });

  test('tell what each holds by report', async () => {
    const data = await app.data(
      `{ usage(periodId: "1") { windows { byReport { report { id name } creditCost ${totals} } } } }`,
    );
    const report = { id: '7', name: 'Lease' };
    expect(data).toEqual({
      usage: {
        windows: [
          {
            byReport: [
              { report, creditCost: '15.50', totals: used('15.50') },
              { report: null, creditCost: null, totals: used('1.15') },
            ],
          },
          { byReport: [] },
          { byReport: [{ report, creditCost: '15.50', totals: used('15.50') }] },
        ],
      },
    });
  });

  test('of the history hold the messages of all periods', async () => {
    const data = await app.data(
      `{ history(from: "2024-05-05T00:00:00Z", to: "2024-05-11T00:00:00Z") { from to ${totals} byReport { report { name } creditCost ${totals} } } }`,
    );
    const none = { totals: { creditsUsed: '0.00', messageCount: 0 }, byReport: [] };
    expect(data).toMatchObject({
      history: [
        none,
        { totals: { creditsUsed: '16.65' }, byReport: [{ creditCost: '15.50' }, { report: null }] },
        none,
        {
          from: '2024-05-08T00:00:00.000Z',
          to: '2024-05-09T00:00:00.000Z',
          totals: { creditsUsed: '35.50', messageCount: 2 }, // 15.50 in the first period + 20 in the second
          byReport: [
            {
              // The name of today, and no cost, since there were two.
              report: { name: 'Lease, new' },
              creditCost: null,
              totals: { creditsUsed: '35.50', messageCount: 2 },
            },
          ],
        },
        { totals: { creditsUsed: '1.15', messageCount: 1 } },
        none,
      ],
    });
    expect(
      await app.data(`{
        month: history(from: "2024-05-08T00:30:00Z", to: "2024-05-09T23:59:59.999Z", size: MONTH, timeZone: "Asia/Kolkata") { from to ${totals} }
        nothing: history(from: "2024-05-08T00:30:00Z", to: "2024-05-08T00:30:00Z") { from }
      }`),
    ).toEqual({
      month: [
        {
          from: '2024-04-30T18:30:00.000Z',
          to: '2024-05-31T18:30:00.000Z',
          totals: { creditsUsed: '20.00', messageCount: 1 }, // what lies outside the span does not count
        },
      ],
      nothing: [],
    });
  });

  test('of the history are refused when they run backwards or are too many', async () => {
    const backwards = await app.query(
      '{ history(from: "2024-05-08T00:00:00.001Z", to: "2024-05-08T00:00:00Z") { from } usage { id: period { id } } }',
    );
    expect(backwards.body.errors).toMatchObject([
      { path: ['history'], extensions: { code: 'BAD_USER_INPUT', argument: 'to' } },
    ]);
    expect(backwards.body.data).toMatchObject({ history: null, usage: { id: { id: '2' } } });
    const long = await app.query(
      '{ history(from: "0001-01-01T00:00:00Z", to: "9999-01-01T00:00:00Z") { from } }',
    );
    expect(long.body.errors?.[0]).toMatchObject({
      message: expect.stringContaining('More than 5000 windows of size DAY'),
      extensions: { code: 'BAD_USER_INPUT' },
    });
  });
});

test.each(testDatabases)('windows of old zones end at their own minute, on $name', async (testDatabase) => {
  const app = await startApp({
    database: await testDatabase.open(),
    script: (upstream) =>
      upstream.setMessages([
        // Pacific/Kiritimati was 10:40 behind, so that its day began at 10:40Z.
        message(1, '1975-06-01T10:30:00Z'),
        message(2, '1975-06-01T10:39:59.999Z'),
        message(3, '1975-06-01T10:40:00Z'),
      ]),
  });
  await app.waitForRevision(1);
  const data = await app.data(
    `{ usage { windows(timeZone: "Pacific/Kiritimati") { from ${totals} byReport { ${totals} } } } }`,
  );
  expect(data).toEqual({
    usage: {
      windows: [
        counted('1975-05-31T10:40:00.000Z', '2.30', 2),
        counted('1975-06-01T10:40:00.000Z', '1.15', 1),
      ],
    },
  });
  await app.close();
});

test('a message of a wrong century is named by what it makes impossible', async () => {
  const app = await startApp({
    script: (upstream) =>
      upstream.setMessages([message(17, '9999-01-01T00:00:00Z'), message(4, '2024-05-06T00:00:00Z')]),
  });
  await app.waitForRevision(1);
  const { body } = await app.query('{ usage { windows { from } } }');
  expect(body.errors?.[0]?.message).toBe(
    'More than 5000 windows of size DAY: ask for a larger window size or a narrower filter.timestamp; ' +
      'the messages are dated from 2024-05-06T00:00:00Z (id 4) to 9999-01-01T00:00:00Z (id 17).',
  );
  const data = await app.data(
    '{ usage { windows(filter: { timestamp: { to: "2024-05-07T00:00:00Z" } }) { totals { messageCount } } } }',
  );
  expect(data).toEqual({ usage: { windows: [{ totals: { messageCount: 1 } }] } });
  await app.close();
});

function day(date: string, creditsUsed: string, messageCount: number) {
  return { from: `${date}T00:00:00.000Z`, totals: { creditsUsed, messageCount } };
}

function week(from: string, to: string) {
  return { from: `${from}T00:00:00.000Z`, to: `${to}T00:00:00.000Z` };
}

/** By one message. */
function used(creditsUsed: string) {
  return { creditsUsed, messageCount: 1 };
}

/** A window, all of whose messages were priced from their texts. */
function counted(from: string, creditsUsed: string, messageCount: number) {
  const sums = { totals: { creditsUsed, messageCount } };
  return { from, ...sums, byReport: [sums] };
}
