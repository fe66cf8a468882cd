import {
  Arg,
  Ctx,
  Field,
  FieldResolver,
  ObjectType,
  Query,
  registerEnumType,
  Resolver,
  Root,
} from 'type-graphql';

import type { Weekday } from '../usage/calendar.ts';
import { maxWindows, type WindowSize } from '../usage/time-windows.ts';
import type { ReportTotals, UsageWindow } from '../usage/usage-sums.ts';
import { windowsCost } from './complexity.ts';
import type { GraphQLContext } from './context.ts';
import { ReportUsageType } from './report-usage.ts';
import { DateTimeScalar, TimeZoneScalar } from './scalars.ts';
import { UsageTotalsType } from './usage-totals.ts';

/** Declares `WindowSize`. */
export const windowSizes = {
  HOUR: 'HOUR',
  DAY: 'DAY',
  WEEK: 'WEEK',
  MONTH: 'MONTH',
} as const satisfies { [Size in WindowSize]: Size };
registerEnumType(windowSizes, {
  name: 'WindowSize',
  description: 'How long a window is, by the clock and calendar of the time zone.',
  valuesConfig: {
    HOUR: { description: 'An hour of the clock.' },
    DAY: { description: 'A calendar day: 23 or 25 hours where clocks change.' },
    WEEK: { description: 'Seven calendar days from `weekStart`.' },
    MONTH: { description: 'A calendar month.' },
  },
});

/** Declares `Weekday`. */
export const weekdays = {
  MONDAY: 'MONDAY',
  TUESDAY: 'TUESDAY',
  WEDNESDAY: 'WEDNESDAY',
  THURSDAY: 'THURSDAY',
  FRIDAY: 'FRIDAY',
  SATURDAY: 'SATURDAY',
  SUNDAY: 'SUNDAY',
} as const satisfies { [Day in Weekday]: Day };
registerEnumType(weekdays, {
  name: 'Weekday',
  description: 'A day on which weeks can begin.',
  valuesConfig: {
    MONDAY: { description: 'As in ISO 8601.' },
    TUESDAY: { description: 'The day after Monday.' },
    WEDNESDAY: { description: 'The day after Tuesday.' },
    THURSDAY: { description: 'The day after Wednesday.' },
    FRIDAY: { description: 'The day after Thursday.' },
    SATURDAY: { description: 'The day after Friday, as in much of the Arab world.' },
    SUNDAY: { description: 'The day after Saturday, as in North America.' },
  },
});

// How the arguments read in the schema, wherever windows are asked for.
export const sizeArgument = { defaultValue: 'DAY', description: 'How long each window is.' } as const;
export const timeZoneArgument = {
  defaultValue: 'UTC',
  description: 'Whose clock and calendar cut the windows.',
} as const;
export const weekStartArgument = {
  defaultValue: 'MONDAY',
  description: 'The day on which windows of a week begin.',
} as const;

/** Declares `UsageWindow`. */
@ObjectType('UsageWindow', { description: 'The usage of a span of time: from ≤ t < to.' })
export class UsageWindowType {
  @Field(() => UsageTotalsType, { description: 'What its messages come to.' })
  readonly totals!: UsageTotalsType;
}

/** Resolves `UsageWindow` and `Query.history`. */
@Resolver(() => UsageWindowType)
export class UsageWindowResolver {
  @Query(() => [UsageWindowType], {
    nullable: true,
    description: `The usage of all billing periods by hours, days, weeks or months: every window of the span, those without messages filled with zeros. ${maxWindows} windows at most.`,
    complexity: windowsCost,
  })
  async history(
    @Arg('from', () => DateTimeScalar, { description: 'The first moment of the span.' }) from: number,
    @Arg('to', () => DateTimeScalar, { description: 'The first moment after the span.' }) to: number,
    @Arg('size', () => windowSizes, sizeArgument) size: WindowSize,
    @Arg('timeZone', () => TimeZoneScalar, timeZoneArgument) timeZone: string,
    @Arg('weekStart', () => weekdays, weekStartArgument) weekStart: Weekday,
    @Ctx() { session }: GraphQLContext,
  ): Promise<readonly UsageWindow[]> {
    const { account } = await session.usage(null);
    return session.sums.history(account, { fromMs: from, toMs: to, size, timeZone, weekStart });
  }

  @FieldResolver(() => DateTimeScalar, { description: 'Its first moment.' })
  from(@Root() window: UsageWindow): number {
    return window.fromMs;
  }

  @FieldResolver(() => DateTimeScalar, {
    description: 'The first moment after it: where the next window begins.',
  })
  to(@Root() window: UsageWindow): number {
    return window.toMs;
  }
  @FieldResolver(() => [ReportUsageType], {
    description: 'The usage by report, dearest first.',
    // Few windows hold many reports: most are hours or days.
    complexity: ({ childComplexity }) => 1 + 3 * childComplexity,
  })
  byReport(@Root() window: UsageWindow): Promise<readonly ReportTotals[]> {
    return window.byReport();
  }
}
