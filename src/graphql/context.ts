import type { UsageSession } from '../usage/usage-session.ts';

/** What resolvers get of a request. */
export interface GraphQLContext {
  /** Reads for this request's account, and for this request alone. */
  readonly session: UsageSession;
}
