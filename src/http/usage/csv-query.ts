import { parseDateTime } from '../../usage/date-time.ts';
import { parseId } from '../../usage/id.ts';
import { InvalidArgument } from '../../usage/invalid-argument.ts';
import { createFilter, parseCredits } from '../../usage/message-limits.ts';
import type { MessageOrder } from '../../usage/message-page.ts';
import type { ListChoice } from '../../usage/usage-list.ts';

/** What a request for CSV asks for. */
export interface CsvQuery {
  /** Null: the current period. */
  readonly periodId: string | null;
  readonly choice: ListChoice;
  /** Whether the file begins with a byte order mark, without which Excel takes UTF-8 for an old code page. */
  readonly hasBom: boolean;
}

const parameters = [
  'period',
  'from',
  'to',
  'reportId',
  'hasReport',
  'text',
  'minCredits',
  'maxCredits',
  'sort',
  'bom',
] as const;
type Parameter = (typeof parameters)[number];

/** Reads the query string of `/usage.csv`. @throws InvalidArgument which names what is unknown or wrong. */
export function parseCsvQuery(search: URLSearchParams): CsvQuery {
  const known: readonly string[] = parameters;
  for (const name of search.keys()) {
    if (!known.includes(name)) {
      throw new InvalidArgument({
        argument: name,
        problem: `is no parameter here: ${parameters.join(', ')} are`,
      });
    }
  }
  const one = <T>(name: Parameter, expected: string, parse: (text: string) => T | null): T | null => {
    const [text, ...more] = search.getAll(name);
    if (text === undefined) return null;
    if (more.length > 0) throw new InvalidArgument({ argument: name, problem: 'must be given once at most' });
    const value = parse(text);
    if (value === null) throw wrong(name, expected, text);
    return value;
  };
  const time = (name: Parameter) =>
    one(
      name,
      'an RFC 3339 time with an offset, such as "2024-04-29T00:00:00Z" (in a URL, + is %2B)',
      parseDateTime,
    );
  const credits = (name: Parameter) => one(name, 'a decimal number such as "5.20"', parseCredits);

  const filter = createFilter(
    {
      fromMs: time('from'),
      toMs: time('to'),
      reportIds: readReportIds(search.getAll('reportId')),
      hasReport: one('hasReport', '"true" or "false"', (value) => booleans.get(value) ?? null),
      text: one('text', 'a text', (value) => value),
      minCredits: credits('minCredits'),
      maxCredits: credits('maxCredits'),
    },
    { time: 'to', reportIds: 'reportId', credits: 'maxCredits', text: 'text' },
  );
  const order = one(
    'sort',
    `fields such as "reportName,-creditsUsed", of ${[...fields.keys()].join(', ')}`,
    parseSort,
  );
  const hasBom = one('bom', '"1" or left out', (value) => (value === '1' ? true : null));
  return {
    periodId: one('period', 'an id', (value) => value),
    choice: { filter, order: order ?? [] },
    hasBom: hasBom ?? false,
  };
}

const booleans: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['false', false],
]);

const fields: ReadonlyMap<string, MessageOrder['field']> = new Map([
  ['timestamp', 'TIMESTAMP'],
  ['creditsUsed', 'CREDITS_USED'],
  ['reportName', 'REPORT_NAME'],
]);

function readReportIds(ids: readonly string[]): readonly string[] | null {
  for (const id of ids) {
    if (parseId(id) === null) throw wrong('reportId', 'the id of a report, a whole number', id);
  }
  return ids.length === 0 ? null : ids;
}

/** Fields from the weightiest on, a minus before those that fall. Null when one is unknown, or named twice. */
function parseSort(text: string): readonly MessageOrder[] | null {
  const order: MessageOrder[] = [];
  for (const wish of text.split(',')) {
    const field = fields.get(wish.replace(/^-/, ''));
    if (field === undefined || order.some((earlier) => earlier.field === field)) return null;
    order.push({ field, direction: wish.startsWith('-') ? 'DESC' : 'ASC' });
  }
  return order;
}

function wrong(argument: Parameter, expected: string, text: string): InvalidArgument {
  return new InvalidArgument({
    argument,
    problem: `must be ${expected}, but is ${JSON.stringify(text.slice(0, 60))}`,
  });
}
