import { type Expression, type ExpressionBuilder, type RawBuilder, type SqlBool, sql } from 'kysely';

import { type MessageKey, type MessageOrder, orderColumns } from './message-order.ts';
import type { Tables } from './tables.ts';

interface SortKey {
  readonly column: 'timestamp_ms' | 'credits' | 'report_name' | 'position';
  readonly nullable: boolean;
  readonly direction: 'asc' | 'desc';
}

/** A part of a page's rows: read the segments in order, each from its start, until the page is full. */
export interface PageSegment {
  readonly conditions: (eb: ExpressionBuilder<Tables, 'messages'>) => Expression<SqlBool>[];
  readonly orderBy: readonly RawBuilder<unknown>[];
}

type Condition = (eb: ExpressionBuilder<Tables, 'messages'>) => Expression<SqlBool>;

/**
 * Cuts the rows on one side of a key into segments that an index can each give in order. One condition for all of
 * them (`a > x or a = x and b > y`) would be shorter, but neither database reads it as a range of an index.
 * @param key where to start, exclusive; null is the order's beginning, or its end when going backward.
 */
export function pageSegments(
  order: readonly MessageOrder[],
  key: MessageKey | null,
  backward: boolean,
): readonly PageSegment[] {
  const keys = sortKeys(order);
  if (key === null) return startSegments(keys, [], backward);
  // From the longest shared prefix to none: first what ties with the key in all but the position.
  return keys
    .map((_, index) => index)
    .toReversed()
    .flatMap((index) => {
      const ties = keys.slice(0, index).map((sortKey, i): Condition => equals(sortKey, key[i] ?? null));
      return segmentsBeyond(keys.slice(index), key[index] ?? null, ties, backward);
    });
}

/** The condition that a message lies strictly on one side of a key; for a page's far end. */
export function beyondKey(
  eb: ExpressionBuilder<Tables, 'messages'>,
  order: readonly MessageOrder[],
  key: MessageKey,
  backward: boolean,
): Expression<SqlBool> {
  return eb.or(pageSegments(order, key, backward).map((segment) => eb.and(segment.conditions(eb))));
}

function sortKeys(order: readonly MessageOrder[]): readonly SortKey[] {
  const wishes = order.map(({ field, direction }): SortKey => ({
    ...orderColumns[field],
    direction: direction === 'ASC' ? 'asc' : 'desc',
  }));
  return [...wishes, { column: 'position', nullable: false, direction: 'asc' }];
}

/** All rows under the ties, with the missing values of the first key at their own end. */
function startSegments(
  keys: readonly SortKey[],
  ties: readonly Condition[],
  backward: boolean,
): readonly PageSegment[] {
  const [first, ...rest] = keys;
  if (first === undefined || !first.nullable) return [segment(keys, ties, backward)];
  const present = segment(keys, [...ties, (eb) => eb(first.column, 'is not', null)], backward);
  const missing = startSegments(rest, [...ties, equals(first, null)], backward);
  return backward ? [...missing, present] : [present, ...missing];
}

/** The rows under the ties whose first key lies strictly beyond a value. */
function segmentsBeyond(
  keys: readonly SortKey[],
  value: string | number | null,
  ties: readonly Condition[],
  backward: boolean,
): readonly PageSegment[] {
  const [first, ...rest] = keys;
  if (first === undefined) return [];
  if (value === null) {
    // Missing values come last: nothing lies after them, every present value before them.
    return backward ? [segment(keys, [...ties, (eb) => eb(first.column, 'is not', null)], true)] : [];
  }
  const rising = (first.direction === 'asc') !== backward;
  const beyond = segment(keys, [...ties, (eb) => eb(first.column, rising ? '>' : '<', value)], backward);
  if (!first.nullable || backward) return [beyond];
  return [beyond, ...startSegments(rest, [...ties, equals(first, null)], backward)];
}

function equals({ column }: SortKey, value: string | number | null): Condition {
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
