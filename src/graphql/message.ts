import { Arg, Ctx, Field, FieldResolver, ID, ObjectType, Query, Resolver, Root } from 'type-graphql';

import type { Charge } from '../billing/charge.ts';
import type { Credits } from '../billing/credits.ts';
import type { Report } from '../billing/report.ts';
import type { RecordedMessage } from '../usage/message-query.ts';
import { ChargeType } from './charge.ts';
import type { GraphQLContext } from './context.ts';
import { ReportType } from './report.ts';
import { CreditsScalar, DateTimeScalar } from './scalars.ts';

/** Declares `Message`; its other fields are resolved below. */
@ObjectType('Message', { description: 'One message to the copilot, and what it cost.' })
export class MessageType {
  @Field(() => ID, { description: 'The message’s id.' })
  readonly id!: number;

  @Field(() => String, { description: 'What the user typed.' })
  readonly text!: string;
}

/** Resolves `Message` and `Query.message`. */
@Resolver(() => MessageType)
export class MessageResolver {
  @Query(() => MessageType, {
    nullable: true,
    description: 'One message of any period; null when there is no such message.',
  })
  message(
    @Arg('id', () => ID, { description: 'The message’s id.' }) id: string,
    @Ctx() { session }: GraphQLContext,
  ): Promise<RecordedMessage | null> {
    return session.message(id);
  }

  @FieldResolver(() => DateTimeScalar, { description: 'When it was sent.' })
  timestamp(@Root() message: RecordedMessage): number {
    return message.timestampMs;
  }

  @FieldResolver(() => ReportType, {
    nullable: true,
    description:
      'The report that it produced. Null: none, or there is no such report. While the report could not be read yet: null with an error `UNPRICED`.',
    complexity: ({ childComplexity }) => 1 + childComplexity,
  })
  report(@Root() message: RecordedMessage, @Ctx() { session }: GraphQLContext): Promise<Report | null> {
    return session.report(message);
  }

  @FieldResolver(() => CreditsScalar, {
    nullable: true,
    description:
      'What it cost. Null, with an error `UNPRICED` at its path, while its report could not be read: never a guess.',
  })
  creditsUsed(@Root() message: RecordedMessage, @Ctx() { session }: GraphQLContext): Promise<Credits> {
    return session.creditsUsed(message);
  }

  @FieldResolver(() => ChargeType, {
    nullable: true,
    description: 'The receipt: why it cost that. Null, with an error `UNPRICED`, while it has no price.',
    complexity: ({ childComplexity }) => 2 + childComplexity,
  })
  charge(@Root() message: RecordedMessage, @Ctx() { session }: GraphQLContext): Promise<Charge> {
    return session.charge(message);
  }
}
