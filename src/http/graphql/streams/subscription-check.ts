import type { ApolloServer, ApolloServerPlugin } from '@apollo/server';
import { HeaderMap } from '@apollo/server';
import type { GraphQLFormattedError } from 'graphql';

import type { LiveRequest } from '../../../graphql/live-answers.ts';
import type { UsageReader } from '../../../usage/usage-reader.ts';
import { Refusal } from '../../refusal.ts';
import type { CheckedSubscription, RequestContext } from '../request-context.ts';
import { readDocumentId, type TrustedDocuments } from '../trusted-documents.ts';

/** What a client asks to be told of, as it came. */
export interface SubscriptionParameters {
  readonly query?: unknown;
  readonly operationName?: unknown;
  readonly variables?: unknown;
  readonly extensions?: unknown;
  readonly documentId?: unknown;
}

/** Checks subscriptions by the very rules that queries meet. */
export type SubscriptionCheck = (
  account: string,
  parameters: SubscriptionParameters,
) => Promise<{ readonly request: LiveRequest } | { readonly errors: readonly GraphQLFormattedError[] }>;

/** What the check works with. */
export interface SubscriptionCheckOptions {
  readonly apollo: ApolloServer<RequestContext>;
  readonly reader: UsageReader;
  readonly trustedDocuments: TrustedDocuments;
  readonly checkRepetition: (document: string) => void;
}

/**
 * Makes the check of subscriptions. Apollo Server parses, validates and counts them as it does queries, so that each
 * limit stands in one place; the plugin below then ends its part before anything is executed.
 */
export function createSubscriptionCheck(options: SubscriptionCheckOptions): SubscriptionCheck {
  const { apollo, reader, trustedDocuments, checkRepetition } = options;
  return async (account, parameters) => {
    const id = readDocumentId({ ...parameters });
    const trusted = id !== null;
    const query = id === null ? parameters.query : trustedDocuments.documents.get(id);
    if (id === null && trustedDocuments.only)
      return refuse('FORBIDDEN', 'Only trusted documents are answered here.');
    if (trusted && query === undefined) return refuse('PERSISTED_QUERY_NOT_FOUND', 'PersistedQueryNotFound');
    if (typeof query !== 'string') return refuse('BAD_REQUEST', 'There is no query.');
    const operationName = typeof parameters.operationName === 'string' ? parameters.operationName : null;
    const variables = isRecord(parameters.variables) ? parameters.variables : {};
    try {
      if (!trusted) checkRepetition(query);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return refuse(error.failure.code, error.failure.message);
    }
    const subscription: CheckedSubscription = { document: null };
    const { body } = await apollo.executeOperation(
      { query, variables, ...(operationName === null ? {} : { operationName }) },
      { contextValue: { session: reader.openSession(account), trusted, subscription } },
    );
    const { document } = subscription;
    if (document !== null) return { request: { account, document, query, operationName, variables } };
    return { errors: body.kind === 'single' ? (body.singleResult.errors ?? []) : [] };
  };
}

/** Ends Apollo's part of a subscription that has passed every check. It must stand behind the plugin that counts costs. */
export const subscriptionCheckPlugin: ApolloServerPlugin<RequestContext> = {
  async requestDidStart({ contextValue: { subscription } }) {
    if (subscription === null) return {};
    return {
      async responseForOperation({ document }) {
        subscription.document = document;
        return {
          http: { headers: new HeaderMap() },
          body: { kind: 'single', singleResult: { data: null } },
        };
      },
    };
  },
};

function refuse(code: string, message: string): { readonly errors: readonly GraphQLFormattedError[] } {
  return { errors: [{ message, extensions: { code } }] };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
