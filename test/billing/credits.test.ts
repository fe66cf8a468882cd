import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Credits, InvalidCredits, parsePrice } from '../../src/billing/credits.ts';

const safeUnits = fc.maxSafeInteger();
const smallUnits = fc.integer({ min: -1_000_000_000, max: 1_000_000_000 });

describe('Credits.parse', () => {
  it.each([
    ['0', 0],
    ['-0', 0],
    ['0.05', 500],
    ['79', 790_000],
    ['-2', -20_000],
    ['15.5', 155_000],
    ['0.0001', 1],
    ['-0.45', -4_500],
    ['900719925474.0991', 9_007_199_254_740_991], // 2^53 − 1
    ['-900719925474.0991', -9_007_199_254_740_991],
  ])('reads %s as %d units', (text, units) => {
    expect(Credits.parse(text).units).toBe(units);
  });

  it.each([
    '',
    ' ',
    ' 1',
    '1 ',
    '1\n',
    '+1',
    '--1',
    '-',
    '.',
    '.5',
    '5.',
    '01',
    '1e3',
    '1E3',
    '0x1',
    '1_000',
    '1,5',
  ])('refuses %j', (text) => {
    expect(() => Credits.parse(text)).toThrow(InvalidCredits);
  });

  it.each(['NaN', 'Infinity', 'null', '٣', '0.00001', '1.50000', '1.2.3'])('refuses %j', (text) => {
    expect(() => Credits.parse(text)).toThrow(InvalidCredits);
  });

  it.each(['900719925474.0992', '-900719925474.0992', '9007199254740993', '9'.repeat(400)])(
    'refuses %s, which a safe integer of units cannot hold',
    (text) => {
      expect(() => Credits.parse(text)).toThrow(InvalidCredits);
    },
  );

  it('tells the text and the reason, and keeps the message short', () => {
    const text = 'x'.repeat(1_000);
    const reason = 'must be a plain decimal with at most 4 decimals';
    expect(() => Credits.parse(text)).toThrow(
      expect.objectContaining({ text, reason, message: `Invalid credits "${'x'.repeat(40)}": ${reason}` }),
    );
  });

  it('reads back every amount that it prints', () => {
    fc.assert(
      fc.property(safeUnits, (units) => {
        expect(Credits.parse(Credits.fromUnits(units).toString()).units).toBe(units);
      }),
    );
  });
});

describe('Credits.fromUnits', () => {
  it.each([0.5, NaN, Infinity, 2 ** 53, -(2 ** 53)])('refuses %d', (units) => {
    expect(() => Credits.fromUnits(units)).toThrow(RangeError);
  });

  it('knows one zero only', () => {
    expect(Object.is(Credits.fromUnits(-0).units, 0)).toBe(true);
    expect(Credits.parse('-0.00').toString()).toBe('0.00');
  });
});

describe('arithmetic', () => {
  it('adds 0.1 and 0.2 to exactly 0.3', () => {
    expect(Credits.parse('0.1').plus(Credits.parse('0.2'))).toEqual(Credits.parse('0.3'));
  });

  it('agrees with big integers', () => {
    fc.assert(
      fc.property(smallUnits, smallUnits, (left, right) => {
        const a = Credits.fromUnits(left);
        const b = Credits.fromUnits(right);
        expect(BigInt(a.plus(b).units)).toBe(BigInt(left) + BigInt(right));
        expect(Math.sign(a.compare(b))).toBe(Math.sign(left - right));
      }),
    );
  });

  it('throws rather than lose a digit', () => {
    const largest = Credits.fromUnits(Number.MAX_SAFE_INTEGER);
    expect(() => largest.plus(Credits.fromUnits(1))).toThrow(RangeError);
    expect(() => Credits.fromUnits(-2).plus(Credits.fromUnits(-Number.MAX_SAFE_INTEGER))).toThrow(RangeError);
  });

  it('knows the sign', () => {
    expect(Credits.zero.isNegative()).toBe(false);
    expect(Credits.parse('-0.01').isNegative()).toBe(true);
  });
});

describe('printing', () => {
  it.each([
    ['5.2', '5.20', 5.2],
    ['79', '79.00', 79],
    ['0.0525', '0.0525', 0.0525],
    ['0.125', '0.125', 0.125],
    ['-0.45', '-0.45', -0.45],
    ['0', '0.00', 0],
    ['100', '100.00', 100],
    ['0.0001', '0.0001', 0.0001],
    ['1000000000', '1000000000.00', 1_000_000_000],
  ])('prints %s as %s and as the number %d', (text, printed, number) => {
    expect(Credits.parse(text).toString()).toBe(printed);
    expect(Credits.parse(text).toNumber()).toBe(number);
  });

  it('gives numbers whose JSON reads back to the same amount', () => {
    const units = fc.integer({ min: -5_000_000_000_000_000, max: 5_000_000_000_000_000 });
    fc.assert(
      fc.property(units, (units) => {
        const json = JSON.stringify(Credits.fromUnits(units).toNumber());
        expect(Credits.parse(json).units).toBe(units);
      }),
    );
  });
});

describe('parsePrice', () => {
  it.each([
    [79, 790_000],
    [15.5, 155_000],
    ['15.50', 155_000],
    [0, 0],
    [-0, 0],
    [0.1, 1_000],
    [1_000_000_000, 10_000_000_000_000],
    ['1000000000', 10_000_000_000_000],
  ])('reads %j as %d units', (value, units) => {
    expect(parsePrice(value).units).toBe(units);
  });

  it.each([
    [-1, 'must not be negative'],
    ['-0.0001', 'must not be negative'],
    [1_000_000_000.0001, 'must not be above 1000000000.00'],
    ['900719925475', 'is too large to be exact'],
    [0.1 + 0.2, 'must be a plain decimal with at most 4 decimals'], // 0.30000000000000004
    [1e-7, 'must be a plain decimal with at most 4 decimals'],
    [1e21, 'must be a plain decimal with at most 4 decimals'],
    [NaN, 'must be a plain decimal with at most 4 decimals'],
    [Infinity, 'must be a plain decimal with at most 4 decimals'],
    ['', 'must be a plain decimal with at most 4 decimals'],
  ])('refuses %j: %s', (value, reason) => {
    expect(() => parsePrice(value)).toThrow(expect.objectContaining({ name: 'InvalidCredits', reason }));
  });

  it.each([
    [null, 'null'],
    [undefined, 'undefined'],
    [true, 'boolean'],
    [5n, 'bigint'],
    [[1], 'object'],
    [{ units: 1 }, 'object'],
  ])('refuses %s, which is neither number nor text', (value, text) => {
    const reason = 'must be a number or a decimal string';
    expect(() => parsePrice(value)).toThrow(expect.objectContaining({ text, reason }));
  });
});
