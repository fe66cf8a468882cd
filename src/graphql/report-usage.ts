import { Field, ObjectType } from 'type-graphql';

import type { Credits } from '../billing/credits.ts';
import type { Report } from '../billing/report.ts';
import type { UsageTotals } from '../usage/usage-sums.ts';
import { ReportType } from './report.ts';
import { CreditsScalar } from './scalars.ts';
import { UsageTotalsType } from './usage-totals.ts';

/** Declares `ReportUsage`. */
@ObjectType('ReportUsage', { description: 'The usage of one report’s messages.', simpleResolvers: true })
export class ReportUsageType {
  @Field(() => ReportType, {
    nullable: true,
    description: 'The report. Null: the messages without one, priced from their text or not priced yet.',
  })
  readonly report!: Report | null;

  @Field(() => CreditsScalar, {
    nullable: true,
    description:
      'What each message that produced it costs in this period. Null without a report, and where periods with different costs meet in a window.',
  })
  readonly creditCost!: Credits | null;

  @Field(() => UsageTotalsType, { description: 'What its messages come to.' })
  readonly totals!: UsageTotals;
}
