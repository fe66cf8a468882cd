import {
  Arg,
  Ctx,
  Field,
  ID,
  InputType,
  Int,
  ObjectType,
  Query,
  registerEnumType,
  Resolver,
} from 'type-graphql';

import type { Charge, ChargeKind, RateRule } from '../billing/charge.ts';
import type { Credits } from '../billing/credits.ts';
import type { RateCard } from '../billing/rate-card.ts';
import { estimateCost } from './complexity.ts';
import type { GraphQLContext } from './context.ts';
import { RateCardType } from './rate-card.ts';
import { CreditsScalar } from './scalars.ts';

const chargeKinds = { REPORT: 'REPORT', TEXT: 'TEXT' } as const satisfies { [Kind in ChargeKind]: Kind };
registerEnumType(chargeKinds, {
  name: 'ChargeKind',
  description: 'Where a price comes from.',
  valuesConfig: {
    REPORT: { description: 'The fixed price of the report that the message produced.' },
    TEXT: { description: 'The text of the message.' },
  },
});

const rateRules = {
  REPORT: 'REPORT',
  BASE: 'BASE',
  CHARACTERS: 'CHARACTERS',
  WORD_LENGTH: 'WORD_LENGTH',
  THIRD_VOWELS: 'THIRD_VOWELS',
  LENGTH_PENALTY: 'LENGTH_PENALTY',
  UNIQUE_WORDS: 'UNIQUE_WORDS',
  MINIMUM: 'MINIMUM',
  PALINDROME: 'PALINDROME',
} as const satisfies { [Rule in RateRule]: Rule };
registerEnumType(rateRules, {
  name: 'RateRule',
  description: 'The rules of a price, in the order in which they apply.',
  valuesConfig: {
    REPORT: { description: 'The report’s fixed price; no other rule applies then.' },
    BASE: { description: 'What every text costs to begin with.' },
    CHARACTERS: { description: 'For each character.' },
    WORD_LENGTH: { description: 'For each word, by its length.' },
    THIRD_VOWELS: { description: 'For each third character that is a vowel.' },
    LENGTH_PENALTY: { description: 'The text is longer than the card’s threshold.' },
    UNIQUE_WORDS: { description: 'No word occurs twice: takes off.' },
    MINIMUM: { description: 'Raises the sum so far to the card’s minimum.' },
    PALINDROME: { description: 'Multiplies the sum so far: the text reads the same backwards.' },
  },
});

/** Declares `ChargeStep`. */
@ObjectType('ChargeStep', { description: 'One line of a receipt.', simpleResolvers: true })
export class ChargeStepType {
  @Field(() => rateRules, { description: 'The rule that applied.' })
  readonly rule!: RateRule;

  @Field(() => Int, { description: 'How many were counted (characters, words, vowels), else 1.' })
  readonly quantity!: number;

  @Field(() => CreditsScalar, { description: 'What the rule added; negative where it took off.' })
  readonly amount!: Credits;

  @Field(() => CreditsScalar, { description: 'The sum of the amounts up to this line.' })
  readonly runningTotal!: Credits;
}

/** Declares `Charge`. */
@ObjectType('Charge', { description: 'A receipt: what something costs, and why.', simpleResolvers: true })
export class ChargeType {
  @Field(() => chargeKinds, { description: 'Where the price comes from.' })
  readonly kind!: ChargeKind;

  @Field(() => CreditsScalar, { description: 'The price.' })
  readonly credits!: Credits;

  @Field(() => RateCardType, { description: 'The prices that applied.' })
  readonly rateCard!: RateCard;

  @Field(() => [ChargeStepType], {
    description: 'The rules that changed the sum, in their order. Their amounts add up to `credits` exactly.',
    complexity: ({ childComplexity }) => 1 + maxSteps * childComplexity,
  })
  readonly steps!: readonly ChargeStepType[];
}

// A text can meet every rule but REPORT.
const maxSteps = 8;

/** Declares `EstimateInput`. */
@InputType('EstimateInput', { description: 'What to price, by exactly one of the two.' })
export class EstimateInput {
  @Field(() => String, { nullable: true, description: 'A message’s text.' })
  readonly text?: string;

  @Field(() => ID, { nullable: true, description: 'A report’s id.' })
  readonly reportId?: string;
}

/** Resolves `Query.estimate`. */
@Resolver()
export class EstimateResolver {
  @Query(() => ChargeType, {
    nullable: true,
    description: 'What a message would cost if it were sent now, by the very rules that charge it.',
    complexity: estimateCost,
  })
  estimate(
    @Arg('input', () => EstimateInput, { description: 'What to price.' }) input: EstimateInput,
    @Ctx() { session }: GraphQLContext,
  ): Promise<Charge> {
    const { text, reportId } = input;
    // One of the two is there: the schema says `@oneOf`.
    return session.estimate(typeof reportId === 'string' ? { reportId } : { text: text ?? '' });
  }
}
