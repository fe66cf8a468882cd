import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldCase } from '../../src/ledger/keys/fold-case.ts';
import { nameKey } from '../../src/ledger/keys/name-key.ts';
import { searchKey } from '../../src/ledger/keys/search-key.ts';
import { compareNames } from './model-texts.ts';

const anyText = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: fc.constantFrom(...'aAäÄßẞsSςσΣıİiIǰŉΐéE\u0301\u0308ﬁﬀ') }),
);

describe('foldCase', () => {
  it.each([
    // Of CaseFolding.txt, statuses C and F.
    ['ß', 'ss'],
    ['ẞ', 'ss'],
    ['İ', 'i\u0307'],
    ['ı', 'ı'],
    ['ŉ', 'ʼn'],
    ['ǰ', 'j\u030C'],
    ['ΐ', 'ι\u0308\u0301'],
    ['և', 'եւ'],
    ['ﬃ', 'ffi'],
    ['ﬅ', 'st'],
    ['ᾳ', 'αι'],
    ['ᾼ', 'αι'],
    ['ͅ', 'ι'],
    ['ς', 'σ'],
    ['µ', 'μ'],
    ['ſ', 's'],
    ['K', 'k'],
    ['Å', 'å'],
    ['ϴ', 'θ'],
    ['𐐀', '𐐨'],
  ])('folds %s to %s', (character, folded) => {
    expect(foldCase(character)).toBe(folded);
  });

  it('makes one of exactly those single characters that Unicode calls the same but for case', () => {
    const folds = new Map<string, string[]>();
    for (let point = 0; point <= 0x1_ff_ff; point += 1) {
      if (point >= 0xd8_00 && point <= 0xdf_ff) continue;
      const character = String.fromCodePoint(point);
      const folded = foldCase(character);
      if ([...folded].length === 1) folds.set(folded, [...(folds.get(folded) ?? []), character]);
    }
    const groups = [...folds.values()].filter((group) => group.length > 1);
    expect(groups.length).toBeGreaterThan(1_300);
    const apart = groups.filter(([first = '', ...others]) => {
      // Regular expressions fold single characters as Unicode's table says.
      const same = new RegExp(`^\\u{${(first.codePointAt(0) ?? 0).toString(16)}}$`, 'iu');
      return others.some((other) => !same.test(other));
    });
    expect(apart).toEqual([]);
  });

  it('folds each character alike wherever it stands', () => {
    fc.assert(
      fc.property(anyText, anyText, (a, b) => {
        expect(foldCase(a + b)).toBe(foldCase(a) + foldCase(b));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('searchKey', () => {
  it.each([
    ['cafe\u0301', 'café'],
    ['ΣΟΦΟΣΑ', 'ΣΟΦΟΣ'],
    ['ΜΙΣΘΩΣΗ', 'ΜΙΣ'],
    ['μισθωσης', 'ΜΙΣΘΩΣΗΣ'],
    ['STRASSE', 'straße'],
    ['straße', 'STRASSE'],
    ['J\u030C', 'ǰ'],
    ['Lease Agreement', 'lease a'],
  ])('of %s holds that of %s', (text, part) => {
    expect(searchKey(text)).toContain(searchKey(part));
  });

  it('is the same for every case and Unicode form, and its own key', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const key = searchKey(text);
        expect(searchKey(text.normalize('NFD'))).toBe(key);
        expect(searchKey(key)).toBe(key);
        // The dotless i alone is not the letter that its capital is.
        expect(text.includes('ı') || searchKey(text.toUpperCase()) === key).toBe(true);
        expect(searchKey(text.toLowerCase())).toBe(key);
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('nameKey', () => {
  it('sorts names as people do', () => {
    const sorted = [
      'Abstract',
      'Äquivalenz',
      'lease',
      'LEASE',
      'zoning',
      'Zoo',
      'zoo',
      'zoo 2',
      'Ж',
      'か',
      'が',
      '東京',
    ];
    const byKey = sorted
      .toReversed()
      .toSorted((a, b) => Buffer.compare(Buffer.from(nameKey(a)), Buffer.from(nameKey(b))));
    expect(byKey.filter((name) => !['lease', 'LEASE'].includes(name))).toEqual(
      sorted.filter((name) => !['lease', 'LEASE'].includes(name)),
    );
    expect(byKey.slice(2, 4).toSorted()).toEqual(['LEASE', 'lease']);
  });

  it('orders any names by their letters first, and never makes two of them equal', () => {
    const name = fc.string({ unit: fc.constantFrom(...'aAäÄbBzZ é', '\u0301', '東', '😀', '\u0001') });
    fc.assert(
      fc.property(name, name, (a, b) => {
        const order = Math.sign(Buffer.compare(Buffer.from(nameKey(a)), Buffer.from(nameKey(b))));
        expect(order === 0).toBe(a === b);
        const expected = Math.sign(compareNames(withoutMarks(a), withoutMarks(b)));
        expect(expected === 0 || order === expected).toBe(true);
      }),
      { numRuns: 5_000 },
    );
  });
});

/** Without the character that a key puts between its parts. */
function withoutMarks(text: string): string {
  return text.replaceAll('\u0001', ' ');
}
