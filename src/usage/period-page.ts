import type { Ledger } from '../ledger/ledger.ts';
import { allMessages } from '../ledger/reading/message-filter.ts';
import type { BillingPeriod } from '../ledger/reading/periods.ts';
import { createCursorCodec, type CursorCodec } from './cursor.ts';
import { InvalidArgument } from './invalid-argument.ts';

export type { BillingPeriod } from '../ledger/reading/periods.ts';

/** A page of an account's periods, newest first. */
export interface PeriodPage {
  readonly periods: readonly BillingPeriod[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  /** The cursor of one of the page's periods. */
  cursorOf(period: BillingPeriod): string;
}

/** The most periods in a page. */
const maxPeriods = 100;

/** Reads one page of periods. @throws InvalidArgument or InvalidCursor */
export async function readPeriodPage(
  ledger: Ledger,
  account: string,
  { first, after }: { readonly first: number; readonly after: string | null },
): Promise<PeriodPage> {
  if (first < 0 || first > maxPeriods) {
    throw new InvalidArgument({
      argument: 'first',
      problem: `must be from 0 to ${maxPeriods}, but is ${first}`,
    });
  }
  const codec = createPeriodCodec(account);
  const beforeId = after === null ? null : codec.decode('after', after).id;
  const periods = await ledger.readPeriods(account, { beforeId, limit: first + 1 });
  return {
    periods: periods.slice(0, first),
    hasNextPage: periods.length > first,
    hasPreviousPage: after !== null,
    cursorOf: (period) => codec.encode({ key: [0], id: period.id }),
  };
}

/** The cursors of an account's list of periods. */
function createPeriodCodec(account: string): CursorCodec {
  return createCursorCodec({ account, periodId: 0, filter: allMessages, order: [] });
}
