import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCsvQuery } from '../../src/http/usage/csv-query.ts';
import { InvalidArgument } from '../../src/usage/invalid-argument.ts';
import { startApp } from '../support/app.ts';
import { testDatabases } from '../support/databases.ts';

describe.each(testDatabases)('CSV on $name', async (testDatabase) => {
  const app = await startApp({
    database: await testDatabase.open(),
    script(upstream) {
      upstream.setReport(1, { name: 'Lease', credit_cost: 15.5 });
      upstream.setReport(2, { name: 'Zoning; "B"', credit_cost: 4 });
      upstream.setMessages([
        { id: 1, text: 'The LEASE', timestamp: '2024-05-01T08:00:00Z', report_id: 1 },
        { id: 2, text: '123', timestamp: '2024-05-02T08:00:00Z' },
        { id: 3, text: 'zones', timestamp: '2024-05-02T09:00:00Z', report_id: 2 },
        { id: 4, text: 'a lease', timestamp: '2024-05-03T08:00:00Z', report_id: 1 },
        { id: 5, text: '12345', timestamp: '2024-05-04T08:00:00Z' },
      ]);
    },
  });
  await app.waitForRevision(1);

  test.each([
    ['', [1, 2, 3, 4, 5]],
    ['period=1', [1, 2, 3, 4, 5]],
    ['from=2024-05-02T08:00:00Z', [2, 3, 4, 5]],
    ['to=2024-05-02T10:00:00%2B01:00', [1, 2]],
    ['from=2024-05-02T00:00:00Z&to=2024-05-03T00:00:00Z', [2, 3]],
    ['reportId=1', [1, 4]],
    ['reportId=2&reportId=1&reportId=77', [1, 3, 4]],
    ['hasReport=false', [2, 5]],
    ['hasReport=true', [1, 3, 4]],
    ['text=LEASE', [1, 4]],
    ['minCredits=4&maxCredits=15.50', [1, 3, 4]],
    ['maxCredits=1.15', [2]],
    ['sort=timestamp', [1, 2, 3, 4, 5]],
    ['sort=-timestamp', [5, 4, 3, 2, 1]],
    ['sort=creditsUsed', [2, 5, 3, 1, 4]],
    ['sort=reportName,-timestamp', [4, 1, 3, 5, 2]],
    ['sort=-reportName,creditsUsed&hasReport=true', [3, 1, 4]],
  ])('?%s gives what it asks for', async (query, ids) => {
    const response = await app.get(`/usage.csv?${query}`);
    expect(response.status).toBe(200);
    const [header, ...lines] = (await response.text()).trimEnd().split('\r\n');
    expect(header).toBe('message_id,timestamp,report_name,credits_used');
    expect(lines.map((line) => Number(line.split(',')[0]))).toEqual(ids);
  });

  test('?bom=1 begins with a byte order mark, for Excel', async () => {
    const bytes = new Uint8Array(await (await app.get('/usage.csv?bom=1&reportId=2')).arrayBuffer());
    expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    expect(new TextDecoder().decode(bytes)).toBe(
      'message_id,timestamp,report_name,credits_used\r\n3,2024-05-02T09:00:00Z,"Zoning; ""B""",4.00\r\n',
    );
    const plain = new Uint8Array(await (await app.get('/usage.csv?reportId=2')).arrayBuffer());
    expect(plain[0]).toBe('m'.charCodeAt(0));
  });

  test.each([
    ['perod=1', 'perod'],
    ['period=1&x', 'x'],
    ['__proto__=1', '__proto__'],
    ['period=1&period=1', 'period'],
    ['from=2024-05-02', 'from'],
    ['from=', 'from'],
    ['to=2024-05-02T08:00:00', 'to'],
    ['to=2024-05-02T08:00:00+01:00', 'to'], // a plus is a space in a URL
    ['from=2024-05-02T00:00:00Z&to=2024-05-01T00:00:00Z', 'to'],
    ['reportId=1&reportId=x', 'reportId'],
    ['hasReport=1', 'hasReport'],
    ['minCredits=1e3', 'minCredits'],
    ['minCredits=2&maxCredits=1', 'maxCredits'],
    [`text=${'x'.repeat(1_001)}`, 'text'],
    ['sort=name', 'sort'],
    ['sort=', 'sort'],
    ['sort=reportName,-reportName', 'sort'],
    ['sort=--timestamp', 'sort'],
    ['bom=true', 'bom'],
  ])('?%s is refused by name', async (query, argument) => {
    const response = await app.get(`/usage.csv?${query}`);
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({
      error: { code: 'BAD_USER_INPUT', argument, message: expect.stringContaining(`"${argument}"`) },
    });
  });
});

test('a long list comes sorted and filtered, each message once', async () => {
  const count = 12_000;
  const app = await startApp({
    script(upstream) {
      for (const id of [0, 1, 2]) upstream.setReport(id, { name: `Report ${id}`, credit_cost: id });
      upstream.setMessages(
        Array.from({ length: count }, (_, id) => ({
          id,
          text: id % 2 === 0 ? 'even' : 'odd',
          timestamp: new Date(Date.UTC(2024, 4) + ((id * 7_919) % count) * 1_000).toISOString(),
          report_id: id % 3,
        })),
      );
    },
    settings: { SYNC_INTERVAL_MS: '60000', UPSTREAM_TIMEOUT_MS: '20000' },
  });
  await app.waitForRevision(1);
  const body = await (await app.get('/usage.csv?sort=-reportName,timestamp&text=even')).text();
  const ids = body
    .trimEnd()
    .split('\r\n')
    .slice(1)
    .map((line) => Number(line.split(',')[0]));
  const expected = Array.from({ length: count }, (_, id) => id)
    .filter((id) => id % 2 === 0)
    .toSorted((a, b) => (b % 3) - (a % 3) || ((a * 7_919) % count) - ((b * 7_919) % count));
  expect(ids).toEqual(expected);
});

test('no query string at all brings the parser to anything but an answer or a refusal by name', () => {
  const names = [
    'period',
    'from',
    'to',
    'reportId',
    'hasReport',
    'text',
    'minCredits',
    'maxCredits',
    'sort',
    'bom',
  ];
  const value = fc.oneof(
    fc.constantFrom('1', 'true', '5.20', '2024-05-02T08:00:00Z', 'reportName,-creditsUsed', ''),
    fc.string({ unit: 'binary' }),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.oneof(fc.constantFrom(...names), fc.string()), value)), (pairs) => {
      const search = new URLSearchParams(pairs);
      const refusal = refusalOf(search);
      expect(refusal === null || refusal instanceof InvalidArgument).toBe(true);
      expect(refusal instanceof InvalidArgument && !search.has(refusal.argument)).toBe(false);
    }),
  );
});

/** What the parser throws; null: nothing. */
function refusalOf(search: URLSearchParams): unknown {
  try {
    parseCsvQuery(search);
    return null;
  } catch (error) {
    return error;
  }
}
