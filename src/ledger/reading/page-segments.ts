import { type Expression, type ExpressionBuilder, type RawBuilder, type SqlBool, sql } from 'kysely';

import { type MessageKey, type MessageOrder, orderColumns } from './message-order.ts';
import type { Tables } from '../database/tables.ts';

interface SortKey {
  readonly column: 'timestamp_ms' | 'credits' | 'report_name_key' | 'position';
  readonly nullable: boolean;
  readonly direction: 'asc' | 'desc';
}

/** A part of a page's rows: read the segments in order, each from its start, until the page is full. */
export interface PageSegment {
  readonly conditions: (eb: ExpressionBuilder<Tables, 'messages'>) => Expression<SqlBool>[];
  readonly orderBy: readonly RawBuilder<unknown>[];
}

/** Which rows to read, and which way. The keys are where reading starts and ends, both exclusive. */
export interface PageRange {
  /** Null: from the order's beginning, or from its end when reading backward. */
  readonly start: MessageKey | null;
  /** Null: as far as there are rows. */
  readonly end: MessageKey | null;
  readonly backward: boolean;
}

type Condition = (eb: ExpressionBuilder<Tables, 'messages'>) => Expression<SqlBool>;
type KeyValue = string | number | null;

/**
 * Cuts the rows between two keys into segments that an index can each give in order. One condition for all of
 * them (`a > x or a = x and b > y`) would be shorter, but neither database reads it as a range of an index.
 */
export function pageSegments(order: readonly MessageOrder[], range: PageRange): readonly PageSegment[] {
  return segmentsBetween(sortKeys(order), [], range);
}

function sortKeys(order: readonly MessageOrder[]): readonly SortKey[] {
  const wishes = order.map(({ field, direction }): SortKey => ({
    ...orderColumns[field],
    direction: direction === 'ASC' ? 'asc' : 'desc',
  }));
  return [...wishes, { column: 'position', nullable: false, direction: 'asc' }];
}

/** The rows under the ties between the two ends, which say where the keys that are left lie. */
function segmentsBetween(
  keys: readonly SortKey[],
  ties: readonly Condition[],
  { start, end, backward }: PageRange,
): readonly PageSegment[] {
  const [first, ...rest] = keys;
  if (first === undefined) return [];
  const startValue = start?.[0] ?? null;
  const endValue = end?.[0] ?? null;
  const startRest = start?.slice(1) ?? null;
  const endRest = end?.slice(1) ?? null;
  const tiedTo = (value: KeyValue, ends: Omit<PageRange, 'backward'>): readonly PageSegment[] =>
    segmentsBetween(rest, [...ties, equals(first, value)], { ...ends, backward });

  if (start !== null && end !== null) {
    if (startValue === endValue) return tiedTo(startValue, { start: startRest, end: endRest });
    if (!comesBefore(startValue, endValue, first, backward)) return [];
  }
  return [
    ...(start === null ? [] : tiedTo(startValue, { start: startRest, end: null })),
    ...innerSegments(keys, ties, { start, end, backward }),
    ...(end === null ? [] : tiedTo(endValue, { start: null, end: endRest })),
  ];
}

/** The rows under the ties whose first key lies strictly between the ends. */
function innerSegments(
  keys: readonly SortKey[],
  ties: readonly Condition[],
  { start, end, backward }: PageRange,
): readonly PageSegment[] {
  const [first, ...rest] = keys;
  if (first === undefined) return [];
  const [lower, upper] = backward ? [end, start] : [start, end];
  const lowest = lower?.[0] ?? null;
  const highest = upper?.[0] ?? null;
  // Missing values come last: nothing lies beyond them.
  if (lower !== null && lowest === null) return [];

  const bounds: Condition[] = [];
  if (lowest !== null) bounds.push((eb) => eb(first.column, first.direction === 'asc' ? '>' : '<', lowest));
  if (highest !== null) bounds.push((eb) => eb(first.column, first.direction === 'asc' ? '<' : '>', highest));
  if (first.nullable && bounds.length === 0) bounds.push((eb) => eb(first.column, 'is not', null));
  const present = [segment(keys, [...ties, ...bounds], backward)];
  if (!first.nullable || upper !== null) return present;

  const all = { start: null, end: null, backward };
  const missing = segmentsBetween(rest, [...ties, equals(first, null)], all);
  return backward ? [...missing, ...present] : [...present, ...missing];
}

/** Whether reading meets one of two different values first. */
function comesBefore(a: KeyValue, b: KeyValue, { direction }: SortKey, backward: boolean): boolean {
  if (a === null || b === null) return (b === null) !== backward;
  const rising = (direction === 'asc') !== backward;
  const comparison =
    typeof a === 'number' && typeof b === 'number'
      ? a - b
      : // By code point, as both databases do.
        Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)));
  return rising ? comparison < 0 : comparison > 0;
}

function equals({ column }: SortKey, value: KeyValue): Condition {
  return (eb) => (value === null ? eb(column, 'is', null) : eb(column, '=', value));
}

/** @param keys what still has to be ordered; the first holds no missing value here. */
function segment(keys: readonly SortKey[], conditions: readonly Condition[], backward: boolean): PageSegment {
  return {
    conditions: (eb) => conditions.map((condition) => condition(eb)),
    orderBy: keys.flatMap(({ column, nullable, direction }, index) => {
      const falling = (direction === 'desc') !== backward;
      const term = sql`${sql.ref(column)} ${sql.raw(falling ? 'desc' : 'asc')}`;
      if (!nullable || index === 0) return [term];
      return [sql`${sql.ref(column)} is null ${sql.raw(backward ? 'desc' : 'asc')}`, term];
    }),
  };
}
