import {
  type BarSize,
  type Filter,
  type Page,
  type SortField,
  type SortWish,
  type Span,
  type View,
} from './view.ts';

/** A view, and the names of the parameters that said nothing of sense and were left out of it. */
export interface ReadView {
  readonly view: View;
  readonly faults: readonly string[];
}

/** Reads a view from the query of an address. What makes no sense falls back to the default, and is named. */
export function readAddress(search: string): ReadView {
  const parameters = new URLSearchParams(search);
  const faults = new Set<string>();
  for (const name of parameters.keys()) if (!knownNames.has(name)) faults.add(name);

  /** The one value of a parameter as its reader takes it; null where it is missing or makes no sense. */
  function read<Value>(name: string, take: (text: string) => Value | null): Value | null {
    const [text, ...more] = parameters.getAll(name);
    if (text === undefined) return null;
    const value = more.length === 0 ? take(text) : null;
    if (value === null) faults.add(name);
    return value;
  }

  const spans = spanUnits.flatMap((unit) => read(unit, (at) => readSpan(unit, at)) ?? []);
  if (spans.length > 1) for (const { unit } of spans) faults.add(unit);
  const pages = pageSides.flatMap((side) => read(side, (cursor) => readPage(side, cursor)) ?? []);
  if (pages.length > 1) for (const { side } of pages) faults.add(side);
  const view: View = {
    periodId: read('period', (text) => (/^[1-9]\d{0,15}$/.test(text) ? text : null)),
    timeZone: read('tz', readTimeZone),
    chart: read('chart', (text) => (text === 'history' ? text : null)) ?? 'period',
    bars: read('bars', (text) => barSizes.find((size) => size === text) ?? null),
    span: spans.length === 1 ? (spans[0] ?? null) : null,
    filter: {
      text: read('text', (text) => (text !== '' && text.length <= maxTextLength ? text : null)) ?? '',
      reportIds: readReportIds(parameters.getAll('report'), faults),
      hasReport: read('has', (text) => hasReports.get(text) ?? null),
      min: read('min', readCredits) ?? '',
      max: read('max', readCredits) ?? '',
    },
    sort: read('sort', readSort) ?? [],
    page: pages.length === 1 ? (pages[0] ?? null) : null,
  };
  return { view, faults: [...faults] };
}

/** The query of a view's address, short and readable; empty for the default one. */
export function writeAddress(view: View): string {
  const { filter, span, page } = view;
  const parts: (readonly [string, string | null])[] = [
    ['period', view.periodId],
    ['tz', view.timeZone],
    ['chart', view.chart === 'period' ? null : view.chart],
    ['bars', view.bars],
    [span?.unit ?? '', span?.at ?? null],
    ['text', filter.text === '' ? null : filter.text],
    ...filter.reportIds.map((id) => ['report', id] as const),
    ['has', filter.hasReport === null ? null : filter.hasReport ? 'report' : 'none'],
    ['min', filter.min === '' ? null : filter.min],
    ['max', filter.max === '' ? null : filter.max],
    ['sort', view.sort.length === 0 ? null : view.sort.map(writeWish).join(',')],
    [page?.side ?? '', page?.cursor ?? null],
  ];
  const query = parts
    .flatMap(([name, value]) => (value === null ? [] : `${name}=${encodeValue(value)}`))
    .join('&');
  return query === '' ? '' : `?${query}`;
}

/** Whether it is a zone that this browser knows. Offsets such as "+02:00" are no names. */
export function readTimeZone(name: string): string | null {
  if (!/^[A-Za-z][\w+/-]{1,63}$/.test(name)) return null;
  try {
    const { timeZone } = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions();
    // It throws at what it does not know; the spelling stays the chooser's own.
    return timeZone === '' ? null : name;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** Credits as people type them: a decimal, four places at most. */
export function readCredits(text: string): string | null {
  return /^\d{1,11}(\.\d{1,4})?$/.test(text) ? text : null;
}

/** What a server takes as a part of a text. */
export const maxTextLength = 1_000;

const barSizes: readonly BarSize[] = ['day', 'week', 'month'];
const spanUnits = ['hour', ...barSizes] as const;
const pageSides = ['after', 'before'] as const;
const hasReports: ReadonlyMap<string, boolean> = new Map([
  ['report', true],
  ['none', false],
]);
const sortFields: readonly SortField[] = ['time', 'report', 'credits'];
const knownNames: ReadonlySet<string> = new Set([
  'period',
  'tz',
  'chart',
  'bars',
  'text',
  'report',
  'has',
  'min',
  'max',
  'sort',
  ...spanUnits,
  ...pageSides,
]);

function readSpan(unit: Span['unit'], at: string): Span | null {
  const pattern = spanPatterns[unit];
  if (!pattern.test(at)) return null;
  // The thirtieth of February has the right form, too.
  const day = unit === 'month' ? `${at}-01` : at.slice(0, 10);
  const time = Date.parse(unit === 'hour' ? at : `${day}T00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(day) ? { unit, at } : null;
}

const spanPatterns: Readonly<Record<Span['unit'], RegExp>> = {
  hour: /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{3})?)?Z$/,
  day: /^\d{4}-\d\d-\d\d$/,
  week: /^\d{4}-\d\d-\d\d$/,
  month: /^\d{4}-\d\d$/,
};

function readReportIds(ids: readonly string[], faults: Set<string>): Filter['reportIds'] {
  const known = ids.filter((id) => /^[\w.:-]{1,100}$/.test(id));
  if (known.length < ids.length) faults.add('report');
  return [...new Set(known)];
}

function readSort(text: string): readonly SortWish[] | null {
  const wishes = text.split(',').map((name) => ({
    field: sortFields.find((field) => field === name.replace(/^-/, '')),
    descending: name.startsWith('-'),
  }));
  const sort = wishes.flatMap(({ field, descending }) => (field === undefined ? [] : { field, descending }));
  const distinct = new Set(sort.map(({ field }) => field)).size;
  return sort.length === wishes.length && distinct === sort.length ? sort : null;
}

function writeWish({ field, descending }: SortWish): string {
  return descending ? `-${field}` : field;
}

function readPage(side: Page['side'], cursor: string): Page | null {
  return /^[\w-]{1,2000}$/.test(cursor) ? { side, cursor } : null;
}

/** Leaves what is harmless in a query as people read it. */
function encodeValue(value: string): string {
  return encodeURIComponent(value).replaceAll('%2F', '/').replaceAll('%3A', ':').replaceAll('%2C', ',');
}
