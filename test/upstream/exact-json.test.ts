import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ExactNumber, parseExactJson } from '../../src/upstream/exact-json.ts';
import { createJsonListReader } from '../../src/upstream/json-list.ts';

/** The elements of a list, read in pieces of so many characters. */
function readList(json: string, pieceLength: number): readonly unknown[] {
  const reader = createJsonListReader('list');
  const text = `{"list":${json}}`;
  const elements: unknown[] = [];
  for (let start = 0; start < text.length; start += pieceLength) {
    elements.push(...reader.read(text.slice(start, start + pieceLength)));
  }
  reader.end();
  return elements;
}

describe('JSON that is read exactly', () => {
  test('is what JSON.parse makes of it where that loses nothing, whole or in pieces', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), fc.integer({ min: 1, max: 50 }), (list, pieceLength) => {
        const json = JSON.stringify(list);
        expect(parseExactJson(json)).toEqual(JSON.parse(json));
        expect(readList(json, pieceLength)).toEqual(JSON.parse(json));
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    '653247040368672768',
    '9007199254740993',
    '-0',
    '1.0',
    '7.9e1',
    '1e400',
    '0.30000000000000004000',
    '0.1000000000000000055511151231257827',
  ])('keeps the digits of %s, wherever it stands', (text) => {
    const number = new ExactNumber(text);
    const json = `[${text},{"a":${text},"__proto__":${text},"b":[${text},1]},1]`;
    const expected: unknown = [number, { a: number, ['__proto__']: number, b: [number, 1] }, 1];
    expect(parseExactJson(json)).toEqual(expected);
    for (const pieceLength of [1, 3, 1000]) expect(readList(json, pieceLength)).toEqual(expected);
  });

  test.each([
    '0',
    '-5',
    '1000',
    '9007199254740991',
    '9007199254740992',
    '15.5',
    '0.1',
    '0.30000000000000004',
  ])('makes a plain number of %s', (text) => {
    expect(readList(`[${text}]`, 1000)).toEqual([Number(text)]);
    expect(parseExactJson(text)).toBe(Number(text));
  });
});
