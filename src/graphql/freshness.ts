import { Ctx, FieldResolver, Int, ObjectType, Resolver, Root } from 'type-graphql';

import type { PeriodUsage } from '../usage/usage-session.ts';
import type { GraphQLContext } from './context.ts';
import { DateTimeScalar } from './scalars.ts';

/** Declares `Freshness`. */
@ObjectType('Freshness', { description: 'How far the recorded usage reaches.' })
export class FreshnessType {}

/** Resolves `Freshness`. */
@Resolver(() => FreshnessType)
export class FreshnessResolver {
  @FieldResolver(() => DateTimeScalar, {
    description: 'All messages up to then are counted, as far as the upstream told them.',
  })
  asOf(@Root() { freshness }: PeriodUsage): number {
    return freshness.asOfMs;
  }

  @FieldResolver(() => Boolean, {
    description: 'Whether the usage is older than it should be, because the upstream does not answer.',
  })
  stale(@Root() usage: PeriodUsage, @Ctx() { session }: GraphQLContext): boolean {
    return session.isStale(usage);
  }

  @FieldResolver(() => Int, {
    description: 'Rises whenever anything in the account’s usage changed, and never falls.',
  })
  revision(@Root() { freshness }: PeriodUsage): number {
    return freshness.revision;
  }

  @FieldResolver(() => Int, {
    description:
      'How many rows of the upstream’s last list could not be read. They are not counted, and while there are any, nothing is withdrawn. 0: all were read.',
  })
  setAsideCount(@Root() { freshness }: PeriodUsage): number {
    return freshness.setAsideCount;
  }
}
