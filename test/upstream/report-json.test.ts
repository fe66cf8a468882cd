import { describe, expect, test } from 'vitest';
import { Credits } from '../../src/billing/credits.ts';
import { decodeReport } from '../../src/upstream/report-json.ts';
import { catchError } from './fixture.ts';

const call = { account: 'acme', path: '/reports/5392' };

function decode(body: string) {
  return decodeReport(body, 5392, call);
}

describe('a report', () => {
  test.each([
    // units of 1/10,000 credit
    ['79', 790_000],
    ['15.5', 155_000],
    ['0', 0],
    ['0.0001', 1],
    ['1e2', 1_000_000],
    ['1000000000', 10_000_000_000_000],
    ['"79"', 790_000],
    ['"015.50"', 155_000],
    ['".5"', 5_000],
    ['"+1"', 10_000],
    ['7.9e1', 790_000],
    ['"7.9E+1"', 790_000],
    ['790e-1', 790_000],
    ['79.000000000000000000000', 790_000],
    ['-0.0', 0],
    [`0.${'0'.repeat(400)}e400`, 0],
    [`0.${'0'.repeat(399)}1e400`, 10_000],
  ])('that costs %s is read exactly', (cost, units) => {
    const decoded = decode(`{"id":5392,"name":"Tenant Obligations Report","credit_cost":${cost},"more":[]}`);
    expect(decoded).toEqual({
      report: { id: 5392, name: 'Tenant Obligations Report', creditCost: Credits.fromUnits(units) },
      roundedFrom: null,
    });
  });

  test.each([
    ['0.30000000000000004', 3_000],
    ['1.00005', 10_001],
    ['1.00004999999999999999999', 10_000],
    // A double is less than that, and would be rounded down.
    ['1.00015', 10_002],
    ['"0.00005"', 1],
    ['0.00004', 0],
    ['1e-400', 0],
    ['99.99995', 1_000_000],
    ['1000000000.00004', 10_000_000_000_000],
    // As a double, it is a whole number of units.
    ['900000000.00005000000001', 9_000_000_000_001],
  ])('that costs %s is rounded half up, and says so', (cost, units) => {
    const { report, roundedFrom } = decode(`{"id":"5392","name":"R","credit_cost":${cost}}`);
    expect(report.creditCost.units).toBe(units);
    expect(roundedFrom).toBe(cost);
  });

  test.each([
    ['is empty', '', ''],
    ['has 1,000 characters', '😀'.repeat(1000), '😀'.repeat(1000)],
    ['has a lone surrogate and U+0000', 'a\uD800\0', 'a\uFFFD\uFFFD'],
  ])('may have a name that %s', (_, name, stored) => {
    expect(decode(JSON.stringify({ id: 5392, name, credit_cost: 1 })).report.name).toBe(stored);
  });

  test.each([
    ['', 'the body is not JSON'],
    ['<!doctype html>', 'the body is not JSON'],
    ['{"id":5392,"name":"R","credit_cost":79', 'the body is not JSON'],
    ['null', 'the body must be an object, but is null'],
    ['[]', 'the body must be an object, but is a list'],
    ['{"name":"R","credit_cost":79}', 'id: '],
    ['{"id":"x","name":"R","credit_cost":79}', 'id: must be a whole number, but is "x"'],
    [
      '{"id":653247040368672768,"name":"R","credit_cost":79}',
      'id: must not be beyond 2^53 - 1, but is 653247040368672768',
    ],
    ['{"id":5393,"name":"R","credit_cost":79}', 'id: is 5393, not the one asked for'],
    ['{"id":5392,"credit_cost":79}', 'name: '],
    ['{"id":5392,"name":7,"credit_cost":79}', 'name: '],
    [
      JSON.stringify({ id: 5392, name: 'n'.repeat(1001), credit_cost: 1 }),
      'name: has more than 1000 characters',
    ],
    [
      JSON.stringify({ id: 5392, name: 'n'.repeat(9000), credit_cost: 1 }),
      'name: has more than 1000 characters',
    ],
    ['{"id":5392,"name":"R"}', 'credit_cost: '],
    ['{"id":5392,"name":"R","credit_cost":null}', 'credit_cost: '],
    [
      '{"id":5392,"name":"R","credit_cost":"79 credits"}',
      'credit_cost: must be a number, but is "79 credits"',
    ],
    ['{"id":5392,"name":"R","credit_cost":"1,5"}', 'credit_cost: '],
    ['{"id":5392,"name":"R","credit_cost":""}', 'credit_cost: '],
    ['{"id":5392,"name":"R","credit_cost":"."}', 'credit_cost: '],
    ['{"id":5392,"name":"R","credit_cost":"1e"}', 'credit_cost: '],
    ['{"id":5392,"name":"R","credit_cost":"NaN"}', 'credit_cost: '],
    ['{"id":5392,"name":"R","credit_cost":"Infinity"}', 'credit_cost: '],
    ['{"id":5392,"name":"R","credit_cost":"0x10"}', 'credit_cost: '],
    ['{"id":5392,"name":"R","credit_cost":{"amount":5}}', 'credit_cost: must be a number, but is an object'],
    [
      '{"id":5392,"name":"R","credit_cost":1e999}',
      'credit_cost: must not be above 1000000000.00, but is 1e999',
    ],
    ['{"id":5392,"name":"R","credit_cost":1e99999999999999999999}', 'credit_cost: must not be above'],
    ['{"id":5392,"name":"R","credit_cost":-1}', 'credit_cost: must not be negative, but is -1'],
    ['{"id":5392,"name":"R","credit_cost":-1e-9}', 'credit_cost: must not be negative, but is -1e-9'],
    ['{"id":5392,"name":"R","credit_cost":1000000000.00005}', 'credit_cost: must not be above'],
    [
      '{"id":5392,"name":"R","__proto__":{"credit_cost":79}}',
      'credit_cost: must be a number, but is missing',
    ],
    ['{"id":5392,"name":"R","credit_cost":1000000001}', 'credit_cost: must not be above'],
  ])('%j is refused, and the field named', async (body, problem) => {
    const error = await catchError((async () => decode(body))());
    expect(error).toMatchObject({
      name: 'InvalidResponse',
      account: 'acme',
      path: '/reports/5392',
      problem: expect.stringContaining(problem),
    });
  });
});
