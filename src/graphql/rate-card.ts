import { Arg, Ctx, Field, ID, Int, ObjectType, Query, Resolver } from 'type-graphql';

import type { Credits } from '../billing/credits.ts';
import type { RateCard } from '../billing/rate-card.ts';
import type { GraphQLContext } from './context.ts';
import { CreditsScalar } from './scalars.ts';

/** Declares `RateCard`. */
@ObjectType('RateCard', {
  description: 'The prices of the text rules. A version’s prices never change.',
  simpleResolvers: true,
})
export class RateCardType {
  @Field(() => ID, { description: 'Names the card.' })
  readonly version!: string;

  @Field(() => CreditsScalar, { description: 'What every text costs to begin with.' })
  readonly base!: Credits;

  @Field(() => CreditsScalar, {
    description: 'For each character (Unicode code point), spaces and punctuation too.',
  })
  readonly perCharacter!: Credits;

  @Field(() => CreditsScalar, { description: 'For each word of 1 to 3 characters.' })
  readonly shortWord!: Credits;

  @Field(() => CreditsScalar, { description: 'For each word of 4 to 7 characters.' })
  readonly mediumWord!: Credits;

  @Field(() => CreditsScalar, { description: 'For each word of 8 or more characters.' })
  readonly longWord!: Credits;

  @Field(() => CreditsScalar, {
    description: 'For each of the characters no. 3, 6, 9 … that is one of aeiouAEIOU.',
  })
  readonly thirdVowel!: Credits;

  @Field(() => CreditsScalar, {
    description: 'Added once when there are more characters than `lengthThreshold`.',
  })
  readonly lengthPenalty!: Credits;

  @Field(() => Int, { description: 'The most characters without `lengthPenalty`.' })
  readonly lengthThreshold!: number;

  @Field(() => CreditsScalar, { description: 'Taken off when there is a word and no word occurs twice.' })
  readonly uniqueWordsBonus!: Credits;

  @Field(() => CreditsScalar, { description: 'The least that a text costs before `palindromeFactor`.' })
  readonly minimum!: Credits;

  @Field(() => Int, {
    description: 'What the price of a palindrome is multiplied by, after everything else.',
  })
  readonly palindromeFactor!: number;
}

/** Resolves `Query.rateCard`. */
@Resolver()
export class RateCardResolver {
  @Query(() => RateCardType, {
    nullable: true,
    description: 'The prices that apply now, or those of any version that was ever used.',
  })
  rateCard(
    @Arg('version', () => ID, {
      nullable: true,
      description: 'A version from a receipt. Without one, it is the current card.',
    })
    version: string | null = null,
    @Ctx() { session }: GraphQLContext,
  ): Promise<RateCard> {
    return session.rateCard(version);
  }
}
