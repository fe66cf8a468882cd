import { GraphQLError, GraphQLScalarType, type ValueNode, valueFromASTUntyped } from 'graphql';

import { Credits } from '../billing/credits.ts';
import { parseDateTime } from '../usage/date-time.ts';
import { InvalidArgument } from '../usage/invalid-argument.ts';
import { canonicalTimeZone } from '../usage/time-windows.ts';
import { pathOfLiteral } from './argument-path.ts';

/** Exact amounts; inside, a {@link Credits}. */
export const CreditsScalar = new GraphQLScalarType<Credits, string>({
  name: 'Credits',
  description:
    'An exact amount of credits: a decimal string with at least two decimals, such as "5.20". Never a float: add them up with a decimal library.',
  specifiedByURL: 'https://www.w3.org/TR/xmlschema11-2/#decimal',
  serialize(value) {
    if (value instanceof Credits) return value.toString();
    throw new TypeError('Credits cannot serialize a value that is not Credits');
  },
  ...fromText('Credits', 'a decimal string such as "5.20"', (text) => {
    try {
      return Credits.parse(text);
    } catch {
      return null;
    }
  }),
});

/** Points in time; inside, epoch milliseconds. */
export const DateTimeScalar = new GraphQLScalarType<number, string>({
  name: 'DateTime',
  description:
    'A point in time: RFC 3339 with an offset, such as "2024-04-29T02:08:29.375Z". Answers are in UTC with milliseconds.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3339',
  serialize(value) {
    if (typeof value === 'number') return dateTimeText(value);
    throw new TypeError('DateTime cannot serialize a value that is not epoch milliseconds');
  },
  ...fromText(
    'DateTime',
    'an RFC 3339 time with an offset, such as "2024-04-29T02:08:29.375Z"',
    parseDateTime,
  ),
});

/** IANA time zones; inside, their canonical names. */
export const TimeZoneScalar = new GraphQLScalarType<string, string>({
  name: 'TimeZone',
  description: 'The IANA name of a time zone, such as "Europe/Berlin" or "UTC".',
  specifiedByURL: 'https://www.iana.org/time-zones',
  serialize: String,
  ...fromText('TimeZone', 'the IANA name of a time zone, such as "Europe/Berlin"', canonicalTimeZone),
});

/** The two parsing sides of a scalar that is written as a string. @param parse null: the text is not one. */
function fromText<T>(name: string, expected: string, parse: (text: string) => T | null) {
  const read = (value: unknown): T | null => (typeof value === 'string' ? parse(value) : null);
  const problemOf = (value: unknown): string =>
    `must be ${expected}, but is ${(JSON.stringify(value) ?? String(value)).slice(0, 60)}`;
  return {
    parseValue(value: unknown): T {
      const parsed = read(value);
      if (parsed !== null) return parsed;
      throw new GraphQLError(`${name} ${problemOf(value)}`);
    },
    parseLiteral(node: ValueNode): T {
      const value = valueFromASTUntyped(node);
      const parsed = read(value);
      if (parsed !== null) return parsed;
      const refusal = new InvalidArgument({
        argument: pathOfLiteral(node) ?? name,
        problem: problemOf(value),
      });
      throw new GraphQLError(refusal.message, { nodes: node, originalError: refusal });
    },
  };
}

// Answers repeat the same moments again and again, and to write one out costs ten times as much as to find it.
const dateTimeTexts = new Map<number, string>();
const maxDateTimeTexts = 20_000;

function dateTimeText(ms: number): string {
  const known = dateTimeTexts.get(ms);
  if (known !== undefined) return known;
  const text = new Date(ms).toISOString();
  if (dateTimeTexts.size >= maxDateTimeTexts) dateTimeTexts.clear();
  dateTimeTexts.set(ms, text);
  return text;
}
