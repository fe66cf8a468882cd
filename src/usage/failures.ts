import { DatabaseUnavailable } from '../ledger/database/database-unavailable.ts';
import { FirstPullFailed } from '../sync/first-pull-failed.ts';
import { InvalidCursor } from './cursor.ts';
import { InvalidArgument } from './invalid-argument.ts';
import { ReportUnread } from './report-loader.ts';
import { TooManyWindows } from './time-windows.ts';
import { PeriodUnpriced } from './usage-list.ts';
import { PeriodNotFound } from './usage-session.ts';

/** What a client is told of a request that failed, in GraphQL, REST and CSV alike. */
export interface Failure {
  /** Of REST and CSV, and of requests that are refused before any query runs. */
  readonly status: number;
  /** One of the documented error codes. */
  readonly code: string;
  readonly message: string;
  /** What a program may need to know beside the code. */
  readonly facts?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether the error itself says more, which only the log may hold. */
  readonly logged?: boolean;
}

/**
 * The one table from the errors of reading usage to what clients are told.
 * @returns null for any other error: a fault of ours, of which clients learn nothing
 */
export function toFailure(error: unknown): Failure | null {
  for (const describe of descriptions) {
    const failure = describe(error);
    if (failure !== null) return failure;
  }
  return null;
}

const descriptions: readonly ((error: unknown) => Failure | null)[] = [
  row(InvalidArgument, ({ message, argument }) => ({
    status: 400,
    code: 'BAD_USER_INPUT',
    message: sentence(message),
    facts: { argument },
  })),
  row(TooManyWindows, ({ message }) => ({
    status: 400,
    code: 'BAD_USER_INPUT',
    message: sentence(message),
    facts: { argument: 'size' },
  })),
  row(InvalidCursor, ({ message }) => ({ status: 400, code: 'INVALID_CURSOR', message: sentence(message) })),
  row(PeriodNotFound, () => ({
    status: 404,
    code: 'NOT_FOUND',
    message: 'There is no such billing period.',
  })),
  row(ReportUnread, ({ message }) => ({
    status: 503,
    code: 'UPSTREAM_UNAVAILABLE',
    message: sentence(message),
    headers: retryAfterPull,
  })),
  row(PeriodUnpriced, ({ unpricedCount }) => ({
    status: 503,
    code: 'UNPRICED',
    message: `Messages without a price yet: ${unpricedCount}. Their reports could not be read. Try again later.`,
    headers: retryAfterPull,
  })),
  row(FirstPullFailed, () => ({
    status: 503,
    code: 'UPSTREAM_UNAVAILABLE',
    message: 'No usage was recorded yet, and the upstream does not answer. Try again later.',
    headers: retryAfterPull,
  })),
  row(DatabaseUnavailable, () => ({
    status: 503,
    code: 'DATABASE_UNAVAILABLE',
    message: 'The database does not answer. Try again in a moment.',
    headers: { 'retry-after': '2' },
    logged: true,
  })),
];

// The default pause between two pulls: nothing can have changed before.
const retryAfterPull = { 'retry-after': '10' };

/** The table's row of one class of errors. */
function row<Thrown extends Error>(
  thrown: abstract new (...facts: never[]) => Thrown,
  describe: (error: Thrown) => Failure,
): (error: unknown) => Failure | null {
  return (error) => (error instanceof thrown ? describe(error) : null);
}

function sentence(message: string): string {
  return `${message.charAt(0).toUpperCase()}${message.slice(1)}.`;
}
