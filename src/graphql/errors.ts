import { unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';

import type { Log } from '../telemetry/log.ts';
import { InvalidCursor } from '../usage/cursor.ts';
import { InvalidArgument } from '../usage/invalid-argument.ts';
import { Unpriced } from '../usage/report-loader.ts';
import { FirstPullFailed } from '../usage/sync.ts';
import { TooManyWindows } from '../usage/time-windows.ts';
import { PeriodNotFound } from '../usage/usage-session.ts';

/**
 * The one place where errors become codes. What clients may know keeps its message; anything else is logged and
 * becomes an INTERNAL_SERVER_ERROR that says nothing about the inside.
 */
export function createErrorFormatter(
  log: Log,
): (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError {
  return (formatted, error) => {
    const cause = unwrapResolverError(error);
    const code = codeOf(cause);
    if (code !== null && cause instanceof Error) {
      return { ...formatted, message: sentence(cause.message), extensions: { code, ...factsOf(cause) } };
    }
    // GraphQL's and Apollo's own errors speak of the client's document and variables alone.
    if (cause instanceof GraphQLError && formatted.extensions?.['code'] !== 'INTERNAL_SERVER_ERROR') {
      return { ...formatted, extensions: { code: formatted.extensions?.['code'] } };
    }
    log.error({ err: cause, path: formatted.path }, 'query failed');
    return { ...formatted, message: 'Internal server error', extensions: { code: 'INTERNAL_SERVER_ERROR' } };
  };
}

function codeOf(error: unknown): string | null {
  if (error instanceof InvalidArgument || error instanceof TooManyWindows) return 'BAD_USER_INPUT';
  if (error instanceof InvalidCursor) return 'INVALID_CURSOR';
  if (error instanceof PeriodNotFound) return 'NOT_FOUND';
  if (error instanceof Unpriced) return 'UNPRICED';
  if (error instanceof FirstPullFailed) return 'UPSTREAM_UNAVAILABLE';
  return null;
}

function factsOf(error: Error): Readonly<Record<string, unknown>> {
  if (error instanceof InvalidArgument) return { argument: error.argument };
  if (error instanceof Unpriced) return { reportId: String(error.reportId) };
  return {};
}

function sentence(message: string): string {
  return `${message.charAt(0).toUpperCase()}${message.slice(1)}.`;
}
