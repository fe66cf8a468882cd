import type { ApolloServerPlugin } from '@apollo/server';

import type { RequestContext } from './request-context.ts';

const modernType = 'application/graphql-response+json';
const wellFormedFaults = new Set(['GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED', 'BAD_USER_INPUT']);

/**
 * GraphQL over HTTP, "application/json": a well-formed request whose document or variables are wrong is answered 200
 * to clients that know no other type. All others, and all requests over a limit, keep the 400.
 */
export const legacyStatusPlugin: ApolloServerPlugin<RequestContext> = {
  async requestDidStart({ request }) {
    const accept = request.http?.headers.get('accept') ?? '';
    const legacy =
      accept.includes('application/json') && !accept.includes(modernType) && !accept.includes('*/*');
    if (!legacy) return;
    return {
      async willSendResponse({ response, errors = [] }) {
        if (response.http.status !== 400) return;
        const { body } = response;
        const told = body.kind === 'single' ? (body.singleResult.errors ?? []) : [];
        const allWellFormed = told.every(({ extensions }) =>
          wellFormedFaults.has(String(extensions?.['code'])),
        );
        if (allWellFormed && !errors.some(isOverLimit)) response.http.status = 200;
      },
    };
  },
};

/** Errors of graphql-js's, Apollo's and our own limits: a client that meets these has made no typing error. */
function isOverLimit({ message }: Error): boolean {
  return /Document contains more tha[nt]|recursively requests too many|limit of \d+ exceeded|values are wrong/.test(
    message,
  );
}
