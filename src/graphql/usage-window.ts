import { Field, FieldResolver, ObjectType, registerEnumType, Resolver, Root } from 'type-graphql';

import type { UsageWindow, WindowSize } from '../usage/time-windows.ts';
import { DateTimeScalar } from './scalars.ts';
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
    WEEK: { description: 'A week from Monday.' },
    MONTH: { description: 'A calendar month.' },
  },
});

/** Declares `UsageWindow`. */
@ObjectType('UsageWindow', { description: 'The usage of a span of time: from ≤ t < to.' })
export class UsageWindowType {
  @Field(() => UsageTotalsType, { description: 'What its messages come to.' })
  readonly totals!: UsageTotalsType;
}

/** Resolves `UsageWindow`. */
@Resolver(() => UsageWindowType)
export class UsageWindowResolver {
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
}
