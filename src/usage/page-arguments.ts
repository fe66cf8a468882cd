import { InvalidArgument } from './invalid-argument.ts';

/** What a client asks of a connection; null where it said nothing. */
export interface PageArguments {
  readonly first: number | null;
  readonly after: string | null;
  readonly last: number | null;
  readonly before: string | null;
}

/** How many items a page holds unless told otherwise, and at most. */
export interface PageSize {
  readonly default: number;
  readonly max: number;
}

/** The items of a page, and whether there are more beyond its ends. */
export interface PageCut<Item> {
  readonly items: readonly Item[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
}

/**
 * Reads how many items a page may hold.
 * @throws InvalidArgument unless one of first and last, or neither, is given within bounds.
 */
export function pageLimit({ first, last }: PageArguments, size: PageSize): number {
  if (first !== null && last !== null) {
    throw new InvalidArgument({ argument: 'last', problem: 'cannot be combined with "first"' });
  }
  const [argument, limit] =
    last === null ? (['first', first ?? size.default] as const) : (['last', last] as const);
  if (limit < 0 || limit > size.max) {
    throw new InvalidArgument({ argument, problem: `must be from 0 to ${size.max}, but is ${limit}` });
  }
  return limit;
}

/** Cuts a page out of what was read: one item more than its limit, where there were so many. */
export function cutPage<Item>(
  read: readonly Item[],
  limit: number,
  { after, last, before }: PageArguments,
): PageCut<Item> {
  const more = read.length > limit;
  if (last === null)
    return { items: read.slice(0, limit), hasNextPage: more, hasPreviousPage: after !== null };
  return { items: more ? read.slice(1) : read, hasNextPage: before !== null, hasPreviousPage: more };
}
