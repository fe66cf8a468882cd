import { Arg, Ctx, Field, ID, ObjectType, Query, Resolver } from 'type-graphql';

import type { Charge } from '../billing/charge.ts';
import type { Credits } from '../billing/credits.ts';
import type { Report } from '../billing/report.ts';
import { ChargeType } from './charge.ts';
import type { GraphQLContext } from './context.ts';
import { MessageView } from './message-view.ts';
import { ReportType } from './report.ts';
import { CreditsScalar, DateTimeScalar } from './scalars.ts';

/** Declares `Message`; a `MessageView` answers its fields. */
@ObjectType('Message', {
  description: 'One message to the copilot, and what it cost.',
  simpleResolvers: true,
})
export class MessageType {
  @Field(() => ID, { description: 'The message’s id.' })
  readonly id!: number;

  @Field(() => String, { description: 'What the user typed.' })
  readonly text!: string;

  @Field(() => DateTimeScalar, { description: 'When it was sent.' })
  readonly timestamp!: number;

  @Field(() => ReportType, {
    nullable: true,
    description:
      'The report that it produced. Null: none, or there is no such report. While the report could not be read yet: null with an error `UNPRICED`.',
    complexity: ({ childComplexity }) => 1 + childComplexity,
  })
  readonly report!: Report | null | Error;

  @Field(() => CreditsScalar, {
    nullable: true,
    description:
      'What it cost. Null, with an error `UNPRICED` at its path, while its report could not be read: never a guess.',
  })
  readonly creditsUsed!: Credits | Error;

  @Field(() => ChargeType, {
    nullable: true,
    description: 'The receipt: why it cost that. Null, with an error `UNPRICED`, while it has no price.',
    complexity: ({ childComplexity }) => 2 + childComplexity,
  })
  readonly charge!: Charge | Error;
}

/** Resolves `Query.message`. */
@Resolver(() => MessageType)
export class MessageResolver {
  @Query(() => MessageType, {
    nullable: true,
    description: 'One message of any period; null when there is no such message.',
  })
  async message(
    @Arg('id', () => ID, { description: 'The message’s id.' }) id: string,
    @Ctx() { session }: GraphQLContext,
  ): Promise<MessageView | null> {
    const message = await session.message(id);
    return message === null ? null : new MessageView(message);
  }
}
