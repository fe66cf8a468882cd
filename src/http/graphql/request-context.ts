import type { DocumentNode } from 'graphql';

import type { GraphQLContext } from '../../graphql/context.ts';

/** What Apollo's plugins get of a request, beside what resolvers get. */
export interface RequestContext extends GraphQLContext {
  /** Whether the query is one of the trusted documents. */
  readonly trusted: boolean;
  /** Where the document of a subscription is put once it was checked; null for a query, which is answered at once. */
  readonly subscription: CheckedSubscription | null;
}

/** What a check of a subscription gives. */
export interface CheckedSubscription {
  /** Null until it was found to be sound, allowed and not too dear. */
  document: DocumentNode | null;
}
