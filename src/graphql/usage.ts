import type { GraphQLResolveInfo } from 'graphql';
import {
  Arg,
  Ctx,
  Field,
  FieldResolver,
  ID,
  Info,
  Int,
  ObjectType,
  Query,
  Resolver,
  Root,
} from 'type-graphql';

import type { Weekday } from '../usage/calendar.ts';
import { type MessageOrder, type MessagePage, pageSize } from '../usage/message-page.ts';
import { maxWindows, type WindowSize } from '../usage/time-windows.ts';
import type { PeriodUsage } from '../usage/usage-session.ts';
import type { ReportTotals, UsageTotals, UsageWindow } from '../usage/usage-sums.ts';
import { asksForText } from './asked-fields.ts';
import { BillingPeriodType } from './billing-period.ts';
import { listCost, pageCost, sumCost, windowsCost } from './complexity.ts';
import type { GraphQLContext } from './context.ts';
import { FreshnessType } from './freshness.ts';
import { MessageConnectionType } from './message-connection.ts';
import { filterArgument, MessageFilterInput, toMessageFilter } from './message-filter.ts';
import { MessageOrderInput } from './message-order.ts';
import { firstArgument, lastArgument } from './page-info.ts';
import { ReportUsageType } from './report-usage.ts';
import { TimeZoneScalar } from './scalars.ts';
import { UsageTotalsType } from './usage-totals.ts';
import {
  sizeArgument,
  timeZoneArgument,
  UsageWindowType,
  weekdays,
  weekStartArgument,
  windowSizes,
} from './usage-window.ts';

/** Declares `Usage`. */
@ObjectType('Usage', { description: 'What was used in a billing period.' })
export class UsageType {
  @Field(() => BillingPeriodType, { description: 'The period.' })
  readonly period!: PeriodUsage['period'];
}

/** Resolves `Usage` and `Query.usage`. */
@Resolver(() => UsageType)
export class UsageResolver {
  @Query(() => UsageType, {
    nullable: true,
    description: 'The usage of the current billing period, or of another one.',
  })
  usage(
    @Arg('periodId', () => ID, {
      nullable: true,
      description: 'A period’s id. Without one, it is the current period.',
    })
    periodId: string | null = null,
    @Ctx() { session }: GraphQLContext,
  ): Promise<PeriodUsage> {
    return session.usage(periodId);
  }

  @FieldResolver(() => ID, { description: 'Its period’s id.' })
  id(@Root() { period }: PeriodUsage): number {
    return period.id;
  }

  @FieldResolver(() => FreshnessType, { description: 'How far the figures reach.' })
  freshness(@Root() usage: PeriodUsage): PeriodUsage {
    return usage;
  }

  @FieldResolver(() => UsageTotalsType, {
    description: 'What the period’s messages come to.',
    complexity: sumCost,
  })
  totals(
    @Root() usage: PeriodUsage,
    @Arg('filter', () => MessageFilterInput, filterArgument) filter: MessageFilterInput | null = null,
    @Ctx() { session }: GraphQLContext,
  ): Promise<UsageTotals> {
    return session.sums.totals(usage, toMessageFilter(filter));
  }

  @FieldResolver(() => MessageConnectionType, {
    description: 'The period’s messages, page by page.',
    complexity: pageCost(pageSize),
  })
  messages(
    @Root() usage: PeriodUsage,
    @Arg('first', () => Int, firstArgument(pageSize)) first: number | null = null,
    @Arg('after', () => String, { nullable: true, description: 'Only messages after this cursor.' })
    after: string | null = null,
    @Arg('last', () => Int, lastArgument(pageSize)) last: number | null = null,
    @Arg('before', () => String, { nullable: true, description: 'Only messages before this cursor.' })
    before: string | null = null,
    @Arg('filter', () => MessageFilterInput, filterArgument) filter: MessageFilterInput | null = null,
    @Arg('orderBy', () => [MessageOrderInput], {
      nullable: true,
      description: 'Wishes in the order of their weight. Without any, it is the upstream’s order.',
    })
    orderBy: readonly MessageOrder[] | null = null,
    @Ctx() { session }: GraphQLContext,
    @Info() { operation, fragments }: GraphQLResolveInfo,
  ): Promise<MessagePage> {
    return session.messages(usage, {
      page: { first, after, last, before },
      filter: toMessageFilter(filter),
      order: orderBy ?? [],
      withTexts: asksForText(operation, fragments),
    });
  }

  @FieldResolver(() => [UsageWindowType], {
    description: `The usage by hours, days, weeks or months, gaps filled with zeros. From the filter’s first moment to its last; where it has none, from the period’s first message, or to its last. ${maxWindows} windows at most.`,
    complexity: windowsCost,
  })
  windows(
    @Root() usage: PeriodUsage,
    @Arg('size', () => windowSizes, sizeArgument) size: WindowSize,
    @Arg('timeZone', () => TimeZoneScalar, timeZoneArgument) timeZone: string,
    @Arg('weekStart', () => weekdays, weekStartArgument) weekStart: Weekday,
    @Arg('filter', () => MessageFilterInput, filterArgument) filter: MessageFilterInput | null = null,
    @Ctx() { session }: GraphQLContext,
  ): Promise<readonly UsageWindow[]> {
    return session.sums.windows(usage, { size, timeZone, weekStart, filter: toMessageFilter(filter) });
  }

  @FieldResolver(() => [ReportUsageType], {
    description: 'The usage by report, dearest first.',
    complexity: listCost(50),
  })
  byReport(
    @Root() usage: PeriodUsage,
    @Arg('filter', () => MessageFilterInput, filterArgument) filter: MessageFilterInput | null = null,
    @Ctx() { session }: GraphQLContext,
  ): Promise<readonly ReportTotals[]> {
    return session.sums.byReport(usage, toMessageFilter(filter));
  }
}
