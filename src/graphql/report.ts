import { Field, ID, ObjectType } from 'type-graphql';

import type { Credits } from '../billing/credits.ts';
import { CreditsScalar } from './scalars.ts';

/** Declares `Report`. */
@ObjectType('Report', {
  description: 'A report that a message can produce, at a fixed price.',
  simpleResolvers: true,
})
export class ReportType {
  @Field(() => ID, { description: 'The report’s id.' })
  readonly id!: number;

  @Field(() => String, { description: 'The report’s name.' })
  readonly name!: string;

  @Field(() => CreditsScalar, { description: 'What each message that produced it costs.' })
  readonly creditCost!: Credits;
}
