import { unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';

import type { Log } from '../telemetry/log.ts';
import { InvalidCursor } from '../usage/cursor.ts';
import { InvalidArgument } from '../usage/invalid-argument.ts';
import { DatabaseUnavailable } from '../usage/message-query.ts';
import { Unpriced } from '../usage/report-loader.ts';
import { FirstPullFailed } from '../sync/first-pull-failed.ts';
import { TooManyWindows } from '../usage/time-windows.ts';
import { PeriodNotFound } from '../usage/usage-session.ts';

/**
 * The one place where errors become codes. What clients may know keeps its message; anything else is logged and
 * becomes an INTERNAL_SERVER_ERROR that says nothing about the inside.
 */
export function createErrorFormatter(
  log: Log,
  { hideSuggestions = false }: { readonly hideSuggestions?: boolean } = {},
): (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError {
  return (formatted, error) => {
    // A scalar refuses a literal while the document is validated, where nothing is unwrapped.
    const refusal = error instanceof GraphQLError ? error.originalError : null;
    const cause = refusal instanceof InvalidArgument ? refusal : unwrapResolverError(error);
    // Its message holds what the database said, which is for the log alone.
    if (cause instanceof DatabaseUnavailable) {
      log.warn({ err: cause, path: formatted.path }, 'query failed');
      return { ...formatted, ...databaseUnavailable };
    }
    const code = codeOf(cause);
    if (code !== null && cause instanceof Error) {
      return { ...formatted, message: sentence(cause.message), extensions: { code, ...factsOf(cause) } };
    }
    // GraphQL's and Apollo's own errors speak of the client's document and variables alone.
    if (cause instanceof GraphQLError && formatted.extensions?.['code'] !== 'INTERNAL_SERVER_ERROR') {
      if (formatted.message.startsWith(introspectionRefusal)) {
        return {
          ...formatted,
          message: 'Introspection is off here.',
          extensions: publicExtensions(formatted.extensions),
        };
      }
      const message = shorten(hideSuggestions ? withoutSuggestion(formatted.message) : formatted.message);
      return { ...formatted, message, extensions: publicExtensions(formatted.extensions) };
    }
    log.error({ err: cause, path: formatted.path }, 'query failed');
    return { ...formatted, message: 'Internal server error', extensions: { code: 'INTERNAL_SERVER_ERROR' } };
  };
}

// Apollo's own words are advice for whoever runs the server.
const introspectionRefusal = 'GraphQL introspection is not allowed by Apollo Server';

const databaseUnavailable = {
  message: 'The database does not answer. Try again in a moment.',
  extensions: { code: 'DATABASE_UNAVAILABLE' },
};

/** What may leave the house of an error's extensions: never a stack, never what another library put there. */
function publicExtensions(extensions: GraphQLFormattedError['extensions'] = {}): Record<string, unknown> {
  const { code, cost, limit } = extensions;
  return { code, ...(cost === undefined ? {} : { cost, limit }) };
}

/** Messages repeat what the client sent, which may be long. */
function shorten(message: string): string {
  return message.length <= maxMessageCharacters ? message : `${message.slice(0, maxMessageCharacters)}…`;
}

const maxMessageCharacters = 500;

function withoutSuggestion(message: string): string {
  return message.replace(/ ?Did you mean .*$/s, '');
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
  if (error instanceof TooManyWindows) return { argument: 'size' };
  if (error instanceof Unpriced) return { reportId: String(error.reportId) };
  return {};
}

function sentence(message: string): string {
  return `${message.charAt(0).toUpperCase()}${message.slice(1)}.`;
}
