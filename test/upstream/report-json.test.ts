import { describe, expect, test } from 'vitest';
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
  ])('that costs %s is read exactly', (cost, units) => {
    const report = decode(`{"id":5392,"name":"Tenant Obligations Report","credit_cost":${cost},"more":[]}`);
    expect(report).toMatchObject({ id: 5392, name: 'Tenant Obligations Report', creditCost: { units } });
  });

  test.each([
    ['is empty', '', ''],
    ['has 1,000 characters', '😀'.repeat(1000), '😀'.repeat(1000)],
    ['has a lone surrogate and U+0000', 'a\uD800\0', 'a\uFFFD\uFFFD'],
  ])('may have a name that %s', (_, name, stored) => {
    expect(decode(JSON.stringify({ id: 5392, name, credit_cost: 1 })).name).toBe(stored);
  });

  test.each([
    ['', 'the body is not JSON'],
    ['<!doctype html>', 'the body is not JSON'],
    ['{"id":5392,"name":"R","credit_cost":79', 'the body is not JSON'],
    ['null', 'the body: '],
    ['[]', 'the body: '],
    ['{"name":"R","credit_cost":79}', 'id: '],
    ['{"id":"5392","name":"R","credit_cost":79}', 'id: '],
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
    ['{"id":5392,"name":"R","credit_cost":"79"}', 'credit_cost: '],
    ['{"id":5392,"name":"R","credit_cost":1e999}', 'credit_cost: '],
    ['{"id":5392,"name":"R","credit_cost":-1}', 'credit_cost: must not be negative'],
    ['{"id":5392,"name":"R","credit_cost":0.00001}', 'credit_cost: '],
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
