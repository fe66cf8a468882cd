import { describe, expect, test } from 'vitest';
import { decodeMessage } from '../../src/upstream/message-json.ts';
import { rawMessage } from './fixture.ts';

describe('a message', () => {
  test('keeps the text, the id and the upstream’s spelling of the time', () => {
    const raw = rawMessage({ timestamp: '2024-04-29T04:08:29.3750+02:00', report_id: 5392, colour: 'red' });
    expect(decodeMessage(raw, 0)).toEqual({
      id: 1000,
      timestampMs: 1_714_356_509_375,
      timestamp: '2024-04-29T04:08:29.3750+02:00',
      text: 'aba',
      reportId: 5392,
    });
  });

  test.each([
    ['absent', rawMessage()],
    ['null', rawMessage({ report_id: null })],
  ])('without a report (%s) has none', (_, raw) => {
    expect(decodeMessage(raw, 0)).toMatchObject({ reportId: null });
  });

  test.each([
    ['empty', '', ''],
    ['with a lone surrogate', 'a\uD800b', 'a\uFFFDb'],
    ['with a whole pair', '😀', '😀'],
    ['with U+0000', 'a\0b\0', 'a\uFFFDb\uFFFD'],
  ])('whose text is %s is stored as it can be', (_, text, stored) => {
    expect(decodeMessage(rawMessage({ text }), 0)).toMatchObject({ text: stored });
  });

  test.each([0, -5, Number.MAX_SAFE_INTEGER])('may have the id %d', (id) => {
    expect(decodeMessage(rawMessage({ id, report_id: id }), 0)).toMatchObject({ id, reportId: id });
  });

  test.each([
    ['0', 0],
    ['1000', 1000],
    ['0042', 42],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
  ])('may have the id %j as a string of digits', (sent, id) => {
    expect(decodeMessage(rawMessage({ id: sent, report_id: sent }), 0)).toMatchObject({ id, reportId: id });
  });

  test('never has a negative zero for an id', () => {
    expect(decodeMessage(rawMessage({ id: -0, report_id: -0 }), 0)).toMatchObject({ id: 0, reportId: 0 });
  });

  test.each([
    [rawMessage({ id: 'abc' }), null, 'id', 'must be a whole number, but is "abc"'],
    [rawMessage({ id: '-5' }), null, 'id', 'must be a whole number, but is "-5"'],
    [rawMessage({ id: ' 5' }), null, 'id', 'must be a whole number, but is " 5"'],
    [rawMessage({ id: '5.0' }), null, 'id', 'must be a whole number, but is "5.0"'],
    [rawMessage({ id: '' }), null, 'id', 'must be a whole number, but is ""'],
    [rawMessage({ id: '٣' }), null, 'id', 'must be a whole number, but is "٣"'],
    [
      rawMessage({ id: '9007199254740992' }),
      null,
      'id',
      'must not be beyond 2^53 - 1, but is "9007199254740992"',
    ],
    [rawMessage({ id: 1.5 }), null, 'id', 'must be a whole number, but is 1.5'],
    [rawMessage({ id: 2 ** 53 }), null, 'id', 'must not be beyond 2^53 - 1, but is 9007199254740992'],
    [rawMessage({ id: -(2 ** 53) }), null, 'id', 'must not be beyond 2^53 - 1, but is -9007199254740992'],
    [rawMessage({ id: Infinity }), null, 'id', 'must be a whole number, but is Infinity'],
    [rawMessage({ id: undefined }), null, 'id', 'must be a whole number, but is missing'],
    [rawMessage({ id: null }), null, 'id', 'must be a whole number, but is null'],
    [rawMessage({ id: true }), null, 'id', 'must be a whole number, but is true'],
    [rawMessage({ id: {} }), null, 'id', 'must be a whole number, but is an object'],
    [rawMessage({ timestamp: 5 }), 1000, 'timestamp', 'must be a date and a time with its zone, but is 5'],
    [
      rawMessage({ timestamp: '2024-02-30T00:00:00Z' }),
      1000,
      'timestamp',
      'must be a date and a time with its zone, but is "2024-02-30T00:00:00Z"',
    ],
    [rawMessage({ text: undefined }), 1000, 'text', 'must be a string, but is missing'],
    [rawMessage({ text: ['a'] }), 1000, 'text', 'must be a string, but is a list'],
    [
      rawMessage({ text: 'a'.repeat(1_048_577) }),
      1000,
      'text',
      'must have at most 1048576 UTF-16 code units, but has 1048577',
    ],
    [rawMessage({ report_id: 'five' }), 1000, 'report_id', 'must be a whole number, but is "five"'],
    [rawMessage({ report_id: 1.5 }), 1000, 'report_id', 'must be a whole number, but is 1.5'],
    [
      rawMessage({ report_id: '653247040368672768' }),
      1000,
      'report_id',
      'must not be beyond 2^53 - 1, but is "653247040368672768"',
    ],
    [null, null, 'message', 'must be an object, but is null'],
    [[], null, 'message', 'must be an object, but is a list'],
    ['text', null, 'message', 'must be an object, but is "text"'],
    // The first wrong field is the one that is named.
    [{}, null, 'id', 'must be a whole number, but is missing'],
    [{ id: 7 }, 7, 'timestamp', 'must be a date and a time with its zone, but is missing'],
  ])('that is wrong is set aside with the reason (%#)', (raw, id, field, problem) => {
    expect(decodeMessage(raw, 3)).toEqual({ index: 3, id, field, problem });
  });

  test('may have a text of exactly 1 MiB code units', () => {
    expect(decodeMessage(rawMessage({ text: 'a'.repeat(1_048_576) }), 0)).toMatchObject({ id: 1000 });
  });

  test('quotes no more than 40 characters of a wrong value', () => {
    const outcome = decodeMessage(rawMessage({ id: `${'x'.repeat(39)}😀${'x'.repeat(1000)}` }), 0);
    // The cut falls between the halves of the emoji.
    expect(outcome).toMatchObject({ problem: `must be a whole number, but is "${'x'.repeat(39)}\uFFFD"…` });
  });
});
