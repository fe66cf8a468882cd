import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { toCell } from '../../src/http/usage/csv-cells.ts';

// Characters that take no place on a page, of every kind that Unicode has.
const unseen = [
  ' ',
  '\t',
  '\r',
  '\n',
  '\v',
  '\u0001',
  '\u0085',
  '\u00A0',
  '\u00AD',
  '\u034F',
  '\u061C',
  '\u115F',
  '\u180E',
  '\u2003',
  '\u200B',
  '\u200D',
  '\u200E',
  '\u2028',
  '\u202E',
  '\u2060',
  '\u2066',
  '\u3000',
  '\u3164',
  '\uFE0F',
  '\uFEFF',
  '\uFFA0',
  '\u{E0001}',
  '\u{E0101}',
  '\u0301',
];
const signs = [...'=+-@', ...'＝＋－＠', ...'﹢﹣﹦﹫', ...'⁺⁻⁼₊₋₌'];

test('no cell begins like a formula, whatever unseen characters stand before it', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...unseen), { maxLength: 4 }),
      fc.constantFrom(...signs),
      fc.string({ unit: 'grapheme' }),
      (before, sign, rest) => {
        const text = before.join('') + sign + rest;
        expect(toCell(text)).toBe(`'${text}`);
      },
    ),
    { numRuns: 2_000 },
  );
});

test('a cell that begins with a letter or a digit stays as it is, with signs behind', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('a', 'Z', 'é', 'e\u0301', 'ß', '東', '7', '“', '(', '😀'),
      fc.string({ unit: fc.constantFrom(...signs, ...unseen, 'x') }),
      (first, rest) => {
        expect(toCell(first + rest)).toBe(first + rest);
      },
    ),
  );
  expect(toCell('')).toBe('');
  expect(toCell(' plain')).toBe(' plain');
});
