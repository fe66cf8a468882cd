/** What the page shows, apart from the data: all of it stands in the page's address. */
export interface View {
  /** Null: the current period. */
  readonly periodId: string | null;
  /** An IANA name; null: the browser's own. */
  readonly timeZone: string | null;
  /** What the bars cover: the period, or all periods. */
  readonly chart: 'period' | 'history';
  /** How long a bar is; null: as fits the span. */
  readonly bars: BarSize | null;
  /** The part of the period that is shown below the chart; null: all of it. */
  readonly span: Span | null;
  readonly filter: Filter;
  /** Wishes in the order of their weight. */
  readonly sort: readonly SortWish[];
  /** Where in the list of messages; null: at its start. */
  readonly page: Page | null;
}

/** How long one bar of a period is. */
export type BarSize = 'day' | 'week' | 'month';

/** A bar: its local date (`2026-11-17`, of a month `2026-11`); of an hour its first moment, in UTC. */
export interface Span {
  readonly unit: 'hour' | BarSize;
  readonly at: string;
}

/** Which messages are shown. */
export interface Filter {
  readonly text: string;
  readonly reportIds: readonly string[];
  readonly hasReport: boolean | null;
  /** Credits as they were typed, such as "5" or "5.25"; empty: no limit. */
  readonly min: string;
  readonly max: string;
}

/** What messages can be sorted by, as the address calls it. */
export type SortField = 'time' | 'report' | 'credits';

/** One wish of an order. */
export interface SortWish {
  readonly field: SortField;
  readonly descending: boolean;
}

/** A place in the list: the page that follows a cursor, or the one before it. */
export interface Page {
  readonly side: 'after' | 'before';
  readonly cursor: string;
}

/** No filter at all. */
export const noFilter: Filter = { text: '', reportIds: [], hasReport: null, min: '', max: '' };

/** What an empty address stands for. */
export const defaultView: View = {
  periodId: null,
  timeZone: null,
  chart: 'period',
  bars: null,
  span: null,
  filter: noFilter,
  sort: [],
  page: null,
};

/** The same view with another filter, span or order: from its first page, for cursors belong to one list. */
export function changeList(
  view: View,
  change: Partial<Pick<View, 'filter' | 'span' | 'sort' | 'chart' | 'periodId' | 'bars'>>,
): View {
  return { ...view, ...change, page: null };
}

/** What a click on a column's header does: none → ascending → descending → none; the order of clicks is their weight. */
export function toggleSort(sort: readonly SortWish[], field: SortField): readonly SortWish[] {
  const wish = sort.find((known) => known.field === field);
  if (wish === undefined) return [...sort, { field, descending: false }];
  if (wish.descending) return sort.filter((known) => known !== wish);
  return sort.map((known) => (known === wish ? { field, descending: true } : known));
}
