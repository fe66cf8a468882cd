import { Arg, Ctx, Field, FieldResolver, ID, Int, ObjectType, Query, Resolver, Root } from 'type-graphql';

import type { Report } from '../billing/report.ts';
import { type MessageOrder, type MessagePage, pageSize } from '../usage/message-page.ts';
import { maxWindows, type UsageWindow, type WindowSize } from '../usage/time-windows.ts';
import type { PeriodUsage } from '../usage/usage-session.ts';
import type { ReportTotals, UsageTotals } from '../usage/usage-sums.ts';
import { BillingPeriodType } from './billing-period.ts';
import { listCost, pageCost, sumCost } from './complexity.ts';
import type { GraphQLContext } from './context.ts';
import { FreshnessType } from './freshness.ts';
import { MessageConnectionType } from './message-connection.ts';
import { filterArgument, MessageFilterInput, toMessageFilter } from './message-filter.ts';
import { MessageOrderInput } from './message-order.ts';
import { ReportType } from './report.ts';
import { TimeZoneScalar } from './scalars.ts';
import { UsageTotalsType } from './usage-totals.ts';
import { windowSizes, UsageWindowType } from './usage-window.ts';

/** Declares `ReportUsage`. */
@ObjectType('ReportUsage', { description: 'The usage of one report’s messages.' })
export class ReportUsageType {
  @Field(() => ReportType, {
    nullable: true,
    description: 'The report. Null: the messages without one, priced from their text or not priced yet.',
  })
  readonly report!: Report | null;

  @Field(() => UsageTotalsType, { description: 'What its messages come to.' })
  readonly totals!: UsageTotals;
}

/** Declares `Usage`. */
@ObjectType('Usage', { description: 'What was used in a billing period.' })
export class UsageType {
  @Field(() => BillingPeriodType, { description: 'The period.' })
  readonly period!: PeriodUsage['period'];
}

/** How many windows a billing period mostly has: nobody knows its length before it was read. */
function windowsOfMonth(size: unknown): number {
  return size === 'HOUR' ? 31 * 24 : size === 'DAY' ? 31 : 5;
}

/** Resolves `Usage` and `Query.usage`. */
@Resolver(() => UsageType)
export class UsageResolver {
  @Query(() => UsageType, { description: 'The usage of the current billing period, or of another one.' })
  usage(
    @Arg('periodId', () => ID, { nullable: true, description: 'Left out: the current period.' })
    periodId: string | null = null,
    @Ctx() { session }: GraphQLContext,
  ): Promise<PeriodUsage> {
    return session.usage(periodId);
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
    complexity: (field) =>
      pageCost(field, Math.max(0, Number(field.args['last'] ?? field.args['first'] ?? pageSize.default))),
  })
  messages(
    @Root() usage: PeriodUsage,
    @Arg('first', () => Int, {
      nullable: true,
      description: `How many from the start; ${pageSize.default} unless told otherwise, ${pageSize.most} at most.`,
    })
    first: number | null = null,
    @Arg('after', () => String, { nullable: true, description: 'Only messages after this cursor.' })
    after: string | null = null,
    @Arg('last', () => Int, {
      nullable: true,
      description: `How many from the end; ${pageSize.most} at most.`,
    })
    last: number | null = null,
    @Arg('before', () => String, { nullable: true, description: 'Only messages before this cursor.' })
    before: string | null = null,
    @Arg('filter', () => MessageFilterInput, filterArgument) filter: MessageFilterInput | null = null,
    @Arg('orderBy', () => [MessageOrderInput], {
      nullable: true,
      description: 'Wishes in the order of their weight; left out: the upstream’s order.',
    })
    orderBy: readonly MessageOrder[] | null = null,
    @Ctx() { session }: GraphQLContext,
  ): Promise<MessagePage> {
    return session.messages(usage, { first, after, last, before }, toMessageFilter(filter), orderBy ?? []);
  }

  @FieldResolver(() => [UsageWindowType], {
    description: `The usage by hours, days, weeks or months, from the period’s first message to its last, gaps filled with zeros. ${maxWindows} windows at most.`,
    complexity: (field) => 40 + listCost(windowsOfMonth(field.args['size']))(field),
  })
  windows(
    @Root() usage: PeriodUsage,
    @Arg('size', () => windowSizes, { defaultValue: 'DAY', description: 'How long each window is.' })
    size: WindowSize,
    @Arg('timeZone', () => TimeZoneScalar, {
      defaultValue: 'UTC',
      description: 'Whose clock and calendar cut the windows.',
    })
    timeZone: string,
    @Arg('filter', () => MessageFilterInput, filterArgument) filter: MessageFilterInput | null = null,
    @Ctx() { session }: GraphQLContext,
  ): Promise<readonly UsageWindow[]> {
    return session.sums.windows(usage, { size, timeZone, filter: toMessageFilter(filter) });
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
