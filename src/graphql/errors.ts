import { unwrapResolverError } from '@apollo/server/errors';
import { type ExecutionResult, GraphQLError, type GraphQLFormattedError } from 'graphql';

import type { Log } from '../telemetry/log.ts';
import { toFailure } from '../usage/failures.ts';
import { pathOfVariable } from './argument-path.ts';

/**
 * Gives Apollo's errors the words and codes that clients may know. Failures of reading usage are told as the table in
 * `usage/failures.ts` says. Anything else is logged, and becomes an INTERNAL_SERVER_ERROR that says nothing about the
 * inside.
 */
export function createErrorFormatter(
  log: Log,
  { hideSuggestions = false }: { readonly hideSuggestions?: boolean } = {},
): (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError {
  return (formatted, error) => {
    // Apollo unwraps what resolvers throw. A scalar refuses a literal already while the document is validated.
    const cause = unwrapResolverError(error);
    const failure = toFailure(error instanceof GraphQLError ? (error.originalError ?? error) : error);
    if (failure !== null) {
      const { code, message, facts, logged } = failure;
      if (logged === true) log.warn({ err: cause, path: formatted.path }, 'query failed');
      return { ...formatted, message, extensions: { code, ...facts } };
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
      const argument = error instanceof GraphQLError ? pathOfVariable(error) : null;
      const extensions = publicExtensions(formatted.extensions);
      return {
        ...formatted,
        message,
        extensions: argument === null ? extensions : { ...extensions, argument },
      };
    }
    log.error({ err: cause, path: formatted.path }, 'query failed');
    return { ...formatted, message: 'Internal server error', extensions: { code: 'INTERNAL_SERVER_ERROR' } };
  };
}

/** A result with its errors as clients may know them, by the same rules as Apollo Server's answers. */
export function toPublicResult(
  result: ExecutionResult,
  log: Log,
  options: { readonly hideSuggestions?: boolean },
): ExecutionResult {
  if (result.errors === undefined) return result;
  const format = createErrorFormatter(log, options);
  const errors = result.errors.map((error) => {
    const { message, extensions } = format(error.toJSON(), error);
    return new GraphQLError(message, {
      nodes: error.nodes ?? null,
      path: error.path ?? null,
      extensions: extensions ?? null,
    });
  });
  return { ...result, errors };
}

// Apollo's own words are advice for the server's operator.
const introspectionRefusal = 'GraphQL introspection is not allowed by Apollo Server';

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
