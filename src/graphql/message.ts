import { Arg, Ctx, Field, ID, ObjectType, Query, registerEnumType, Resolver } from 'type-graphql';

import type { Charge } from '../billing/charge.ts';
import type { Credits } from '../billing/credits.ts';
import type { Report } from '../billing/report.ts';
import { ChargeType } from './charge.ts';
import type { ChargedMessage, PricingStatus } from '../usage/charged-message.ts';
import type { GraphQLContext } from './context.ts';
import { ReportType } from './report.ts';
import { CreditsScalar, DateTimeScalar } from './scalars.ts';

const pricingStatuses = {
  PRICED: 'PRICED',
  UNPRICED: 'UNPRICED',
} as const satisfies { [Status in PricingStatus]: Status };
registerEnumType(pricingStatuses, {
  name: 'PricingStatus',
  description: 'Whether a message has its price.',
  valuesConfig: {
    PRICED: { description: 'It has.' },
    UNPRICED: { description: 'Not yet, because its report could not be read. It gets one once that can.' },
  },
});

/** Declares `Message`; a `ChargedMessage` answers its fields. */
@ObjectType('Message', {
  description: 'One message to the copilot, and what it cost.',
  simpleResolvers: true,
})
export class MessageType {
  @Field(() => ID, { description: 'The message’s id.' })
  readonly id!: number;

  @Field(() => String, {
    nullable: true,
    description: 'What the user typed; null once it is no longer kept.',
  })
  readonly text!: string | null;

  @Field(() => String, {
    description: 'The SHA-256 of the text over UTF-8, in lower-case hex. It stays when the text goes.',
  })
  readonly textSha256!: string;

  @Field(() => DateTimeScalar, { description: 'When it was sent.' })
  readonly timestamp!: number;

  @Field(() => ID, {
    nullable: true,
    description: 'The id of the report that the upstream names, whether or not that report exists.',
  })
  readonly reportId!: number | null;

  @Field(() => ReportType, {
    nullable: true,
    description:
      'The report that it produced. Null when it names none, there is no such report, or it could not be read yet.',
    complexity: ({ childComplexity }) => 1 + childComplexity,
  })
  readonly report!: Report | null;

  @Field(() => pricingStatuses, { description: 'Whether it has its price.' })
  readonly pricing!: PricingStatus;

  @Field(() => CreditsScalar, {
    nullable: true,
    description: 'What it cost; null while it is `UNPRICED`, never a guess.',
  })
  readonly creditsUsed!: Credits | null;

  @Field(() => ChargeType, {
    nullable: true,
    description: 'The receipt, which says why it cost that; null while it is `UNPRICED`.',
    complexity: ({ childComplexity }) => 2 + childComplexity,
  })
  readonly charge!: Charge | null;
}

/** Resolves `Query.message`. */
@Resolver(() => MessageType)
export class MessageResolver {
  @Query(() => MessageType, {
    nullable: true,
    description: 'One message of any period; null when there is no such message.',
  })
  message(
    @Arg('id', () => ID, { description: 'The message’s id.' }) id: string,
    @Ctx() { session }: GraphQLContext,
  ): Promise<ChargedMessage | null> {
    return session.message(id);
  }
}
