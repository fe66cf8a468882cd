import type { Ledger } from '../ledger/ledger.ts';
import { InvalidCursor } from './cursor.ts';
import { InvalidArgument } from './invalid-argument.ts';
import type { BillingPeriod } from './message-query.ts';

/** A page of an account's periods, newest first. */
export interface PeriodPage {
  readonly periods: readonly BillingPeriod[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
}

/** The most periods in a page. */
export const mostPeriods = 100;

/** Reads one page of periods. @throws InvalidArgument or InvalidCursor */
export async function readPeriodPage(
  ledger: Ledger,
  account: string,
  { first, after }: { readonly first: number; readonly after: string | null },
): Promise<PeriodPage> {
  if (first < 0 || first > mostPeriods) {
    throw new InvalidArgument({
      argument: 'first',
      problem: `must be from 0 to ${mostPeriods}, but is ${first}`,
    });
  }
  const beforeId = after === null ? null : decodePeriodCursor(after);
  const periods = await ledger.readPeriods(account, { beforeId, limit: first + 1 });
  return {
    periods: periods.slice(0, first),
    hasNextPage: periods.length > first,
    hasPreviousPage: after !== null,
  };
}

/** The cursor of a period in its account's list. */
export function periodCursor({ id }: BillingPeriod): string {
  return Buffer.from(`period:${id}`).toString('base64url');
}

function decodePeriodCursor(cursor: string): number {
  const id = /^period:([1-9]\d{0,14})$/.exec(Buffer.from(cursor, 'base64url').toString())?.[1];
  if (id === undefined) throw new InvalidCursor({ argument: 'after' });
  return Number(id);
}
