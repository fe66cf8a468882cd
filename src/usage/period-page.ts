import type { Ledger } from '../ledger/ledger.ts';
import { allMessages } from '../ledger/reading/message-filter.ts';
import type { BillingPeriod } from '../ledger/reading/periods.ts';
import { createCursorCodec, type CursorCodec } from './cursor.ts';
import { cutPage, type PageArguments, pageLimit, type PageSize } from './page-arguments.ts';

export type { BillingPeriod } from '../ledger/reading/periods.ts';

/** A page of an account's periods, newest first. */
export interface PeriodPage {
  readonly periods: readonly BillingPeriod[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  /** The cursor of one of the page's periods. */
  cursorOf(period: BillingPeriod): string;
}

/** How many periods a page holds unless told otherwise, and at most. */
export const periodPageSize: PageSize = { default: 12, max: 100 };

/** Reads one page of periods. @throws InvalidArgument or InvalidCursor */
export async function readPeriodPage(
  ledger: Ledger,
  account: string,
  page: PageArguments,
): Promise<PeriodPage> {
  const limit = pageLimit(page, periodPageSize);
  const codec = createPeriodCodec(account);
  const idOf = (argument: 'after' | 'before') => {
    const cursor = page[argument];
    return cursor === null ? null : codec.decode(argument, cursor).id;
  };
  const read = await ledger.readPeriods(account, {
    // Newest first: what comes after a period is older.
    belowId: idOf('after'),
    aboveId: idOf('before'),
    limit: limit + 1,
    backward: page.last !== null,
  });
  const { items, hasNextPage, hasPreviousPage } = cutPage(read, limit, page);
  return {
    periods: items,
    hasNextPage,
    hasPreviousPage,
    cursorOf: (period) => codec.encode({ key: [0], id: period.id }),
  };
}

/** The cursors of an account's list of periods. */
function createPeriodCodec(account: string): CursorCodec {
  return createCursorCodec({ account, periodId: 0, filter: allMessages, order: [] });
}
