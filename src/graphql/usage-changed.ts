import { Ctx, Resolver, Subscription } from 'type-graphql';

import type { PeriodUsage } from '../usage/usage-session.ts';
import type { GraphQLContext } from './context.ts';
import { UsageType } from './usage.ts';

/** Resolves `Subscription.usageChanged`. */
@Resolver()
export class UsageChangedResolver {
  @Subscription(() => UsageType, {
    description:
      'The current period’s usage: at once, and then at each new revision or change of freshness. The newest state alone is sent, so that a slow reader misses states and never waits for old ones.',
    subscribe: neverSubscribe,
  })
  usageChanged(@Ctx() { session }: GraphQLContext): Promise<PeriodUsage> {
    return session.usage(null);
  }
}

/** In the place of what type-graphql would publish by: `LiveAnswers` decides when to execute, and asks nobody. */
export function neverSubscribe(): never {
  throw new Error('subscriptions are answered by LiveAnswers');
}
