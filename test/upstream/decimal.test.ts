import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { countSteps, isWhole, parseDecimal } from '../../src/upstream/decimal.ts';

const someNumber = fc
  .record({
    sign: fc.constantFrom('', '-', '+'),
    whole: fc.stringMatching(/^\d{0,20}$/),
    fraction: fc.option(fc.stringMatching(/^\d{0,20}$/), { nil: null }),
    exponent: fc.option(fc.integer({ min: -25, max: 25 }), { nil: null }),
  })
  .filter(({ whole, fraction }) => whole !== '' || (fraction ?? '') !== '');

/** The number as a fraction of two whole ones. */
function asFraction({
  whole,
  fraction,
  exponent,
}: {
  readonly whole: string;
  readonly fraction: string | null;
  readonly exponent: number | null;
}): { readonly over: bigint; readonly under: bigint } {
  const scale = (exponent ?? 0) - (fraction ?? '').length;
  const digits = BigInt(whole + (fraction ?? ''));
  return scale >= 0
    ? { over: digits * 10n ** BigInt(scale), under: 1n }
    : { over: digits, under: 10n ** BigInt(-scale) };
}

describe('a decimal number', () => {
  test('is counted in steps as whole numbers count it', () => {
    fc.assert(
      fc.property(someNumber, fc.integer({ min: 0, max: 6 }), (parts, decimals) => {
        const { sign, whole, fraction, exponent } = parts;
        const text = `${sign}${whole}${fraction === null ? '' : `.${fraction}`}${exponent === null ? '' : `e${exponent}`}`;
        const number = parseDecimal(text);
        if (number === null) throw new Error(`${text} is not read`);
        const { over, under } = asFraction(parts);
        expect(isWhole(number)).toBe(over % under === 0n);
        const scaled = over * 10n ** BigInt(decimals);
        // Half up: the floor of a half more.
        const steps = (2n * scaled + under) / (2n * under);
        const signed = sign === '-' ? -steps : steps;
        const expected = { steps: Number(signed), isRounded: scaled % under !== 0n };
        const isExact = steps <= BigInt(Number.MAX_SAFE_INTEGER);
        expect(countSteps(number, decimals)).toEqual(isExact ? expected : null);
      }),
      { numRuns: 3000 },
    );
  });

  test.each([
    '',
    '.',
    '+',
    '-',
    'e5',
    '.e5',
    '1e',
    '1e+',
    '1.2.3',
    '1 ',
    ' 1',
    '1_000',
    '1,5',
    '0x1',
    'NaN',
    '١',
  ])('is not %j', (text) => {
    expect(parseDecimal(text)).toBeNull();
  });

  test('is read in no time, however many zeros it has', () => {
    const startMs = performance.now();
    const number = parseDecimal(`${'0'.repeat(300_000)}1${'0'.repeat(300_000)}.${'0'.repeat(300_000)}x`);
    expect(number).toBeNull();
    expect(parseDecimal(`0.${'0'.repeat(500_000)}1${'0'.repeat(500_000)}e500001`)).toEqual({
      isNegative: false,
      digits: '1',
      exponent: 0,
    });
    expect(performance.now() - startMs).toBeLessThan(500);
  });
});
