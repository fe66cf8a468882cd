/** One element of the upstream's list that is not as usual, and what becomes of it. */
export interface OddMessage {
  /** Completes "a message …". */
  readonly name: string;
  /** The element as it stands in the body: raw JSON, for much of this no encoder would write. */
  readonly json: string;
  /** What users see of it; null when it is set aside. */
  readonly counted: {
    readonly id: string;
    readonly timestamp: string;
    readonly text: string;
    readonly creditsUsed: string;
  } | null;
}

const at = '2024-04-29T02:08:29.375Z';

function plain(id: string, fields: string): string {
  return `{"id":${id},${fields}}`;
}

function aside(name: string, json: string): OddMessage {
  return { name, json, counted: null };
}

function counted(name: string, id: number, fields: OddFields): OddMessage {
  const { json, timestamp = at, text = 'rent', creditsUsed = '1.00' } = fields;
  return { name, json: plain(String(id), json), counted: { id: String(id), timestamp, text, creditsUsed } };
}

function countedAs(name: string, id: string, json: string): OddMessage {
  return { name, json, counted: { id, timestamp: at, text: 'rent', creditsUsed: '1.00' } };
}

interface OddFields {
  /** The fields but the id. */
  readonly json: string;
  readonly timestamp?: string;
  readonly text?: string;
  readonly creditsUsed?: string;
}

// "rent" costs 1 + 4×0.05 + 0.2 − 2 = −0.6, raised to 1.
const rest = `"text":"rent","timestamp":"${at}"`;
const longText = `${'b'.repeat(999_999)}c`;

/** Every oddity of a single message, each with an id of its own, in the order in which one list holds them. */
export const oddMessages: readonly OddMessage[] = [
  aside('without an id', `{${rest}}`),
  aside('with an id that is null', plain('null', rest)),
  countedAs('with an id that is a string of digits', '201', plain('"201"', rest)),
  aside('with an id that is another string', plain('"2O1"', rest)),
  aside('with an id that is no whole number', plain('202.5', rest)),
  aside('with an id beyond 2^53', plain('9007199254740993', rest)),
  aside('with an id beyond 2^53 that is a string', plain('"653247040368672768"', rest)),
  aside('with an id beyond every number', plain('1e400', rest)),
  countedAs('with a whole id spelt as a float', '203', plain('203.0', rest)),
  countedAs('with a whole id spelt with an exponent', '2050', plain('2.05e3', rest)),
  counted('with a negative id', -204, { json: rest }),
  aside('without a timestamp', plain('210', '"text":"rent"')),
  aside(
    'with a timestamp without a zone',
    plain('211', '"text":"rent","timestamp":"2024-04-29T02:08:29.375"'),
  ),
  aside('with a timestamp that is a number', plain('212', '"text":"rent","timestamp":1714356509375')),
  aside('on the 30th of February', plain('213', '"text":"rent","timestamp":"2024-02-30T02:08:29Z"')),
  counted('from before 1970', 214, {
    json: '"text":"rent","timestamp":"1963-12-31T23:59:59Z"',
    timestamp: '1963-12-31T23:59:59.000Z',
  }),
  counted('from the year 1', 2141, {
    json: '"text":"rent","timestamp":"0001-01-01T00:00:00Z"',
    timestamp: '0001-01-01T00:00:00.000Z',
  }),
  aside('from the year 0', plain('2142', '"text":"rent","timestamp":"0000-12-31T23:59:59Z"')),
  counted('with a space in its timestamp', 2143, {
    json: '"text":"rent","timestamp":"2024-04-29 02:08:29.375Z"',
  }),
  counted('with a comma and an offset without a colon', 2144, {
    json: '"text":"rent","timestamp":"2024-04-29T04:08:29,375+0200"',
  }),
  counted('with twenty digits of a second, and an offset of hours', 2145, {
    json: '"text":"rent","timestamp":"2024-04-29t04:08:29.37599999999999999999+02"',
  }),
  aside('with a date alone', plain('215', '"text":"rent","timestamp":"2024-04-29"')),
  counted('with another zone', 216, {
    json: '"text":"rent","timestamp":"2024-04-29T07:53:29.375+05:45"',
    timestamp: at,
  }),
  counted('from the future', 217, {
    json: '"text":"rent","timestamp":"2099-01-01T00:00:00Z"',
    timestamp: '2099-01-01T00:00:00.000Z',
  }),
  counted('out of order', 218, {
    json: '"text":"rent","timestamp":"2024-04-28T00:00:00Z"',
    timestamp: '2024-04-28T00:00:00.000Z',
  }),
  aside('without a text', plain('220', `"timestamp":"${at}"`)),
  aside('with a text that is a number', plain('221', `"text":5,"timestamp":"${at}"`)),
  aside('with a text that is null', plain('222', `"text":null,"timestamp":"${at}"`)),
  counted('with an empty text', 223, { json: `"text":"","timestamp":"${at}"`, text: '' }),
  // 7 characters, one word on each side, both different: 1 + 7×0.05 + 0.1 + 0.1 − 2 = −0.45, raised to 1.
  counted('with half a surrogate pair', 224, {
    json: `"text":"ab \\ud83d cd","timestamp":"${at}"`,
    text: 'ab \uFFFD cd',
  }),
  counted('with U+0000', 225, { json: `"text":"ab \\u0000 cd","timestamp":"${at}"`, text: 'ab \uFFFD cd' }),
  counted('with a megabyte of text', 226, {
    json: `"text":"${longText}","timestamp":"${at}"`,
    text: longText,
    creditsUsed: '50004.30', // 1 + 1,000,000×0.05 + 0.3 + 5 − 2
  }),
  aside(
    'with more than a mebibyte of text',
    plain('227', `"text":"${'b'.repeat(1_048_577)}","timestamp":"${at}"`),
  ),
  counted('with a report_id that is a string of digits', 230, { json: `${rest},"report_id":"5"` }),
  aside('with a report_id that is another string', plain('2301', `${rest},"report_id":"five"`)),
  aside('with a report_id beyond 2^53', plain('2302', `${rest},"report_id":653247040368672768`)),
  aside('with a report_id that is no whole number', plain('231', `${rest},"report_id":5.5`)),
  aside('with a report_id that is a list', plain('232', `${rest},"report_id":[5]`)),
  counted('with a report_id that is null', 233, { json: `${rest},"report_id":null` }),
  counted('with fields that nobody knows', 234, {
    json: `${rest},"credits":0,"__proto__":{"id":1},"x":[{"y":null}]`,
  }),
  aside('that is a string', '"rent"'),
  aside('that is null', 'null'),
  aside('that is a list', `[{"id":240,${rest}}]`),
];
