import {
  Arg,
  Ctx,
  Field,
  FieldResolver,
  ID,
  Int,
  ObjectType,
  Query,
  registerEnumType,
  Resolver,
  Root,
} from 'type-graphql';

import { type BillingPeriod, type PeriodPage, periodPageSize } from '../usage/period-page.ts';
import { countedByConnection, pageCost } from './complexity.ts';
import type { GraphQLContext } from './context.ts';
import { firstArgument, lastArgument, PageInfoType } from './page-info.ts';
import { DateTimeScalar } from './scalars.ts';

const periodStatuses = { OPEN: 'OPEN', CLOSED: 'CLOSED' } as const;
registerEnumType(periodStatuses, {
  name: 'PeriodStatus',
  description: 'Whether a billing period still takes messages.',
  valuesConfig: {
    OPEN: { description: 'Messages still arrive.' },
    CLOSED: {
      description: 'No message is added or changed any more; one that had no price yet still gets it.',
    },
  },
});

/** Declares `BillingPeriod`. */
@ObjectType('BillingPeriod', { description: 'A span of time that is billed as one: from ≤ t < to.' })
export class BillingPeriodType {
  @Field(() => ID, { description: 'The period’s id, for `usage(periodId:)`.' })
  readonly id!: number;
}

/** Resolves `BillingPeriod`. */
@Resolver(() => BillingPeriodType)
export class BillingPeriodResolver {
  @FieldResolver(() => DateTimeScalar, { description: 'When it began: with its first message.' })
  from(@Root() period: BillingPeriod): number {
    return period.fromMs;
  }

  @FieldResolver(() => DateTimeScalar, {
    nullable: true,
    description: 'When the next period began; null while this one is open.',
  })
  to(@Root() period: BillingPeriod): number | null {
    return period.toMs;
  }

  @FieldResolver(() => periodStatuses, { description: 'Whether it still takes messages.' })
  status(@Root() period: BillingPeriod): keyof typeof periodStatuses {
    return period.toMs === null ? 'OPEN' : 'CLOSED';
  }
}

/** Declares `BillingPeriodEdge`. */
@ObjectType('BillingPeriodEdge', {
  description: 'A billing period and its place in the list.',
  simpleResolvers: true,
})
export class BillingPeriodEdgeType {
  @Field(() => String, { description: 'For `after` and `before`.' })
  readonly cursor!: string;

  @Field(() => BillingPeriodType, { description: 'The period.' })
  readonly node!: BillingPeriod;
}

/** Declares `BillingPeriodConnection`. */
@ObjectType('BillingPeriodConnection', { description: 'A page of billing periods, newest first.' })
export class BillingPeriodConnectionType {
  @Field(() => PageInfoType, { description: 'Where this page lies.' })
  readonly pageInfo!: PageInfoType;
}

/** Resolves `BillingPeriodConnection` and `Query.billingPeriods`. */
@Resolver(() => BillingPeriodConnectionType)
export class BillingPeriodConnectionResolver {
  @Query(() => BillingPeriodConnectionType, {
    nullable: true,
    description: 'The account’s billing periods, newest first.',
    complexity: pageCost(periodPageSize),
  })
  billingPeriods(
    @Arg('first', () => Int, firstArgument(periodPageSize)) first: number | null = null,
    @Arg('after', () => String, {
      nullable: true,
      description: 'Only periods after this cursor, which are older.',
    })
    after: string | null = null,
    @Arg('last', () => Int, lastArgument(periodPageSize)) last: number | null = null,
    @Arg('before', () => String, {
      nullable: true,
      description: 'Only periods before this cursor, which are newer.',
    })
    before: string | null = null,
    @Ctx() { session }: GraphQLContext,
  ): Promise<PeriodPage> {
    return session.periods({ first, after, last, before });
  }

  @FieldResolver(() => [BillingPeriodEdgeType], {
    description: 'The periods with their cursors.',
    complexity: countedByConnection,
  })
  edges(@Root() page: PeriodPage): readonly BillingPeriodEdgeType[] {
    return page.periods.map((period) => ({ cursor: page.cursorOf(period), node: period }));
  }

  @FieldResolver(() => [BillingPeriodType], {
    description: 'The periods.',
    complexity: countedByConnection,
  })
  nodes(@Root() { periods }: PeriodPage): readonly BillingPeriod[] {
    return periods;
  }

  @FieldResolver(() => PageInfoType, { description: 'Where this page lies.' })
  pageInfo(@Root() page: PeriodPage): PageInfoType {
    const { hasNextPage, hasPreviousPage } = page;
    const cursors = page.periods.map((period) => page.cursorOf(period));
    return {
      hasNextPage,
      hasPreviousPage,
      startCursor: cursors[0] ?? null,
      endCursor: cursors.at(-1) ?? null,
    };
  }
}
