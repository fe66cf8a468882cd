import type { GraphQLContext } from '../../graphql/context.ts';

/** What Apollo's plugins get of a request, beside what resolvers get. */
export interface RequestContext extends GraphQLContext {
  /** Whether the query is one of the trusted documents. */
  readonly trusted: boolean;
}
