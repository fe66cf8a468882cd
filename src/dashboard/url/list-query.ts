import type { MessageFilter, MessageOrder } from '../../../schema/generated/graphql.ts';
import type { Filter, SortField, SortWish, View } from './view.ts';

/** Half-open [from, to), RFC 3339. */
export interface TimeRange {
  readonly from: string;
  readonly to: string;
}

/** The rows of one page of messages. */
export const pageSize = 50;

/** A filter as the service takes it; null where nothing is filtered. */
export function toMessageFilter(
  { text, reportIds, hasReport, min, max }: Filter,
  range: TimeRange | null,
): MessageFilter | null {
  const filter: MessageFilter = {
    ...(text === '' ? {} : { text }),
    ...(reportIds.length === 0 ? {} : { reportIds }),
    ...(hasReport === null ? {} : { hasReport }),
    ...(min === '' && max === ''
      ? {}
      : { creditsUsed: { ...(min === '' ? {} : { min }), ...(max === '' ? {} : { max }) } }),
    ...(range === null ? {} : { timestamp: range }),
  };
  return Object.keys(filter).length === 0 ? null : filter;
}

/** An order as the service takes it; null: the upstream's. */
export function toMessageOrder(sort: readonly SortWish[]): readonly MessageOrder[] | null {
  if (sort.length === 0) return null;
  return sort.map(({ field, descending }) => ({
    field: orderFields[field],
    direction: descending ? 'DESC' : 'ASC',
  }));
}

/** The address of the CSV of exactly what a view lists, all its pages together. */
export function csvAddress(periodId: string, { filter, sort }: View, range: TimeRange | null): string {
  const parameters: (readonly [string, string | null])[] = [
    ['period', periodId],
    ['from', range?.from ?? null],
    ['to', range?.to ?? null],
    ...filter.reportIds.map((id) => ['reportId', id] as const),
    ['hasReport', filter.hasReport === null ? null : String(filter.hasReport)],
    ['text', filter.text === '' ? null : filter.text],
    ['minCredits', filter.min === '' ? null : filter.min],
    ['maxCredits', filter.max === '' ? null : filter.max],
    ['sort', sort.length === 0 ? null : sort.map(toCsvWish).join(',')],
  ];
  const search = new URLSearchParams();
  for (const [name, value] of parameters) if (value !== null) search.append(name, value);
  return `/usage.csv?${search.toString()}`;
}

function toCsvWish({ field, descending }: SortWish): string {
  return `${descending ? '-' : ''}${csvFields[field]}`;
}

const orderFields = {
  time: 'TIMESTAMP',
  report: 'REPORT_NAME',
  credits: 'CREDITS_USED',
} as const satisfies Readonly<Record<SortField, MessageOrder['field']>>;
const csvFields: Readonly<Record<SortField, string>> = {
  time: 'timestamp',
  report: 'reportName',
  credits: 'creditsUsed',
};
