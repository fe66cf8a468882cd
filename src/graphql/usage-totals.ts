import { Field, Int, ObjectType } from 'type-graphql';

import type { Credits } from '../billing/credits.ts';
import { CreditsScalar } from './scalars.ts';

/** Declares `UsageTotals`. */
@ObjectType('UsageTotals', { description: 'What a set of messages comes to.', simpleResolvers: true })
export class UsageTotalsType {
  @Field(() => CreditsScalar, {
    description: 'Credits of the priced messages. Incomplete while `unpricedCount` is above 0.',
  })
  readonly creditsUsed!: Credits;

  @Field(() => Int, { description: 'How many messages there are, unpriced ones too.' })
  readonly messageCount!: number;

  @Field(() => Int, {
    description:
      'Messages without a price yet, because their report could not be read. They are priced once it can.',
  })
  readonly unpricedCount!: number;
}
