import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type App, startApp } from '../support/app.ts';
import { tellWorkedExamples } from '../support/worked-examples.ts';

let app: App;
beforeAll(async () => {
  app = await startApp({ script: tellWorkedExamples });
  await app.data('{ usage { period { id } } }');
});
afterAll(() => app.close());

const manyIds = JSON.stringify(Array.from({ length: 1_001 }, (_, index) => String(index)));

describe('an argument that cannot be used is BAD_USER_INPUT and is named:', () => {
  test.each([
    ['first', 'usage { messages(first: -1) { nodes { id } } }'],
    ['first', 'usage { messages(first: 501) { nodes { id } } }'],
    ['last', 'usage { messages(last: -1) { nodes { id } } }'],
    ['last', 'usage { messages(last: 501) { nodes { id } } }'],
    ['last', 'usage { messages(first: 1, last: 1) { nodes { id } } }'],
    [
      'orderBy',
      'usage { messages(orderBy: [{ field: TIMESTAMP }, { field: TIMESTAMP, direction: DESC }]) { nodes { id } } }',
    ],
    [
      'filter.timestamp',
      'usage { totals(filter: { timestamp: { from: "2024-05-02T00:00:00Z", to: "2024-05-01T00:00:00Z" } }) { messageCount } }',
    ],
    [
      'filter.creditsUsed',
      'usage { totals(filter: { creditsUsed: { min: "2", max: "1.99" } }) { messageCount } }',
    ],
    ['filter.reportIds', `usage { byReport(filter: { reportIds: ${manyIds} }) { totals { messageCount } } }`],
    ['filter.text', `usage { windows(filter: { text: "${'x'.repeat(1_001)}" }) { from } }`],
    ['first', 'billingPeriods(first: -1) { nodes { id } }'],
    ['first', 'billingPeriods(first: 101) { nodes { id } }'],
    ['version', 'rateCard(version: "never used") { base }'],
    ['input.reportId', 'estimate(input: { reportId: 404404 }) { credits }'],
    ['input.reportId', 'estimate(input: { reportId: "no number" }) { credits }'],
  ])('%s (%#)', async (argument, document) => {
    const { body } = await app.query(`{ ${document} }`);
    // The root fields are nullable, so that one error leaves the others.
    expect(Object.values(body.data ?? {})).toEqual([null]);
    expect(body.errors).toHaveLength(1);
    expect(body.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument } }]);
    expect(body.errors?.[0]?.message).toContain(`"${argument}"`);
  });
});

describe('a value that is none of its scalar is BAD_USER_INPUT and named by its variable:', () => {
  test.each([
    ['Credits', '5.20 credits', 'totals(filter: { creditsUsed: { min: $value } }) { messageCount }'],
    ['Credits', 5.2, 'totals(filter: { creditsUsed: { min: $value } }) { messageCount }'],
    ['Credits', '1e3', 'totals(filter: { creditsUsed: { min: $value } }) { messageCount }'],
    ['DateTime', '2024-04-29', 'totals(filter: { timestamp: { from: $value } }) { messageCount }'],
    ['DateTime', '2024-04-29T10:00:00', 'totals(filter: { timestamp: { from: $value } }) { messageCount }'],
    ['DateTime', '2024-02-30T00:00:00Z', 'totals(filter: { timestamp: { from: $value } }) { messageCount }'],
    ['DateTime', 1_714_356_509_375, 'totals(filter: { timestamp: { from: $value } }) { messageCount }'],
    ['TimeZone', 'Mars/Olympus_Mons', 'windows(timeZone: $value) { from }'],
    ['TimeZone', '+02:00', 'windows(timeZone: $value) { from }'],
    ['TimeZone', '', 'windows(timeZone: $value) { from }'],
  ])('%s %s', async (type, value, field) => {
    const nonNull = type === 'TimeZone' ? '!' : '';
    const { body } = await app.query(`query ($value: ${type}${nonNull}) { usage { ${field} } }`, { value });
    expect(body.data).toBeUndefined();
    expect(body.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(body.errors?.[0]?.message).toContain('"$value"');
    expect(body.errors?.[0]?.message).toContain(`${type} must be`);
  });
});

describe('a literal that is none of its scalar is refused where it stands, with the name of its argument:', () => {
  test.each([
    ['timeZone', 'windows(timeZone: "Mars/X") { from }'],
    ['filter.timestamp.from', 'totals(filter: { timestamp: { from: "yesterday" } }) { messageCount }'],
    [
      'filter.timestamp.to',
      'totals(filter: { reportIds: ["1", "2"], timestamp: { from: null, to: "soon" }, text: "to: {" }) { messageCount }',
    ],
    ['filter.creditsUsed.min', 'totals(filter: { creditsUsed: { min: 5.2 } }) { messageCount }'],
  ])('%s', async (argument, field) => {
    const { body } = await app.query(`{ usage { ${field} } }`);
    expect(body.errors).toMatchObject([
      {
        message: expect.stringContaining(`"${argument}" must be`),
        extensions: { code: 'BAD_USER_INPUT', argument },
      },
    ]);
    expect(body.errors?.[0]).toHaveProperty('locations', [
      { line: 1, column: 11 + field.search(/"Mars|"yes|"soon|5/) },
    ]);
  });
});

describe('a value that is wrong inside a variable is named by the path of the argument that takes it:', () => {
  const badTime = { timestamp: { from: '2024-01-01T00:00:00Z', to: 'late at "f.text"; never' } };
  test.each([
    [
      'filter.timestamp.to',
      'query ($f: MessageFilter) { usage { totals(filter: $f) { messageCount } } }',
      { f: badTime },
    ],
    [
      'filter.timestamp.to',
      'fragment T on Usage { totals(filter: $f) { messageCount } } query ($f: MessageFilter) { usage { ...T } }',
      { f: badTime },
    ],
    [
      'filter.timestamp.from',
      'query Q($t: DateTime) { usage { messages(first: 1, filter: { hasReport: true, timestamp: { from: $t } }) { nodes { id } } } }',
      { t: 'never' },
    ],
    [
      'filter.creditsUsed.max',
      'query ($range: CreditsRange) { usage { byReport(filter: { creditsUsed: $range }) { creditCost } } }',
      { range: { max: 'much' } },
    ],
    [
      'orderBy[1].field',
      'query ($o: [MessageOrder!]) { usage { messages(orderBy: $o) { nodes { id } } } }',
      { o: [{ field: 'TIMESTAMP' }, { field: 'SIZE' }] },
    ],
    [
      'input',
      'query ($i: EstimateInput!) { estimate(input: $i) { credits } }',
      { i: { text: 'a', reportId: '1' } },
    ],
    ['to', 'query ($end: DateTime!) { history(from: "2024-01-01T00:00:00Z", to: $end) { from } }', {}],
  ])('%s', async (argument, document, variables) => {
    const { body } = await app.query(document, variables);
    expect(body.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument } }]);
  });
});

test('more than 5,000 windows are refused, with the way to fewer', async () => {
  // Two messages 5,000 hours apart, both ends counted: 5,001 windows.
  const begin = Date.parse('2024-01-01T00:30:00Z');
  const wide = await startApp({
    script: (upstream) =>
      upstream.setMessages(
        [0, 4_999, 5_000].map((hours) => ({
          id: hours,
          text: '123',
          timestamp: new Date(begin + hours * 3_600_000).toISOString(),
        })),
      ),
  });
  const { body } = await wide.query('{ usage { windows(size: HOUR) { from } } }');
  expect(body.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  expect(body.errors?.[0]?.message).toMatch(/larger window size or a narrower filter\.timestamp/);
  const narrower = new Date(begin + 4_999 * 3_600_000 + 1).toISOString();
  const data = await wide.data(
    'query ($to: DateTime) { usage { windows(size: HOUR, filter: { timestamp: { to: $to } }) { from } days: windows { from } } }',
    { to: narrower },
  );
  expect(JSON.stringify(data).match(/"from"/g)).toHaveLength(5_000 + 209); // 5,000 h are 208 days and 8 h
  await wide.close();
});

describe('a cursor is INVALID_CURSOR', () => {
  test.each([
    ['of another filter', 'first: 1, filter: { hasReport: false }', ''],
    ['of no filter', 'first: 1', 'filter: { hasReport: false },'],
    ['of another order', 'first: 1, orderBy: [{ field: TIMESTAMP }]', 'orderBy: [{ field: CREDITS_USED }],'],
    [
      'of another direction',
      'first: 1, orderBy: [{ field: TIMESTAMP }]',
      'orderBy: [{ field: TIMESTAMP, direction: DESC }],',
    ],
    ['of no order', 'first: 1', 'orderBy: [{ field: TIMESTAMP }],'],
  ])('%s', async (_what, given, used) => {
    const cursor = await cursorOf(given);
    expect(cursor).not.toBe('');
    expect(await refusalOf(`${used} after: "${cursor}"`)).toBe('INVALID_CURSOR after');
    expect(await refusalOf(`${used} last: 1, before: "${cursor}"`)).toBe('INVALID_CURSOR before');
  });

  test('that was tampered with, at any character', async () => {
    const cursor = await cursorOf('first: 1');
    for (let place = 0; place < cursor.length; place += 1) {
      const other = cursor[place] === 'A' ? 'B' : 'A';
      expect(await refusalOf(`after: "${cursor.slice(0, place)}${other}${cursor.slice(place + 1)}"`)).toBe(
        'INVALID_CURSOR after',
      );
    }
    expect(await refusalOf(`after: "${cursor.slice(0, -1)}"`)).toBe('INVALID_CURSOR after');
    expect(await refusalOf(`after: "${cursor}="`)).toBe('INVALID_CURSOR after');
  });

  test.each(['', 'garbage', '💥', 'null', 'x'.repeat(10_000)])('that was never one (%#)', async (cursor) => {
    expect(await refusalOf(`after: ${JSON.stringify(cursor)}`)).toBe('INVALID_CURSOR after');
    const { body } = await app.query(`{ billingPeriods(after: ${JSON.stringify(cursor)}) { nodes { id } } }`);
    expect(body.errors).toMatchObject([{ extensions: { code: 'INVALID_CURSOR' } }]);
  });
});

test('an unknown period is NOT_FOUND', async () => {
  for (const id of ['2', '0', '-1', '01', 'one', '', '9007199254740993']) {
    const { body } = await app.query('query ($id: ID) { usage(periodId: $id) { period { id } } }', { id });
    expect({ id, errors: body.errors }).toMatchObject({
      id,
      errors: [{ path: ['usage'], extensions: { code: 'NOT_FOUND' } }],
    });
  }
});

async function cursorOf(list: string): Promise<string> {
  const data = JSON.stringify(await app.data(`{ usage { messages(${list}) { edges { cursor } } } }`));
  return /"cursor":"([^"]+)"/.exec(data)?.[1] ?? '';
}

/** The code and the argument that a list's refusal names. */
async function refusalOf(list: string): Promise<string> {
  const { body } = await app.query(`{ usage { messages(${list}) { nodes { id } } } }`);
  const [error] = body.errors ?? [];
  return `${error?.extensions.code} ${/^"(\w+)"/.exec(error?.message ?? '')?.[1]}`;
}
