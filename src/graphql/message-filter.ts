import { Field, ID, InputType } from 'type-graphql';

import type { Credits } from '../billing/credits.ts';
import { createFilter } from '../usage/message-limits.ts';
import { allMessages, type MessageFilter } from '../usage/message-page.ts';
import { CreditsScalar, DateTimeScalar } from './scalars.ts';

/** Declares `DateTimeRange`. */
@InputType('DateTimeRange', { description: 'A span of time: from ≤ t < to. A side left out has no limit.' })
export class DateTimeRangeInput {
  @Field(() => DateTimeScalar, { nullable: true, description: 'The first moment in the span.' })
  readonly from?: number | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'The first moment after the span.' })
  readonly to?: number | null;
}

/** Declares `CreditsRange`. */
@InputType('CreditsRange', {
  description: 'A range of prices, both ends included. A side left out has no limit.',
})
export class CreditsRangeInput {
  @Field(() => CreditsScalar, { nullable: true, description: 'The lowest price.' })
  readonly min?: Credits | null;

  @Field(() => CreditsScalar, { nullable: true, description: 'The highest price.' })
  readonly max?: Credits | null;
}

/** Declares `MessageFilter`. */
@InputType('MessageFilter', { description: 'Which messages are meant. All limits given hold together.' })
export class MessageFilterInput {
  @Field(() => DateTimeRangeInput, { nullable: true, description: 'When they were sent.' })
  readonly timestamp?: DateTimeRangeInput | null;

  @Field(() => [ID], {
    nullable: true,
    description:
      'Messages of any of these reports (1,000 at most), those too whose report could not be read yet.',
  })
  readonly reportIds?: readonly string[] | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'True for messages with a report, or one that could not be read yet; false for those priced from the text.',
  })
  readonly hasReport?: boolean | null;

  @Field(() => CreditsRangeInput, {
    nullable: true,
    description: 'What they cost. Unpriced messages lie in no range.',
  })
  readonly creditsUsed?: CreditsRangeInput | null;

  @Field(() => String, {
    nullable: true,
    description: 'A part of the text, in any case and any Unicode form; 1,000 characters at most.',
  })
  readonly text?: string | null;
}

/** How the filter argument reads in the schema, wherever it stands. */
export const filterArgument = {
  nullable: true,
  description: 'Only these messages. Without it, all of the period.',
} as const;

/** The filter as the use cases know it. @throws InvalidArgument */
export function toMessageFilter(input: MessageFilterInput | null | undefined): MessageFilter {
  if (input === null || input === undefined) return allMessages;
  const { timestamp, creditsUsed } = input;
  return createFilter(
    {
      fromMs: timestamp?.from ?? null,
      toMs: timestamp?.to ?? null,
      reportIds: input.reportIds ?? null,
      hasReport: input.hasReport ?? null,
      minCredits: creditsUsed?.min ?? null,
      maxCredits: creditsUsed?.max ?? null,
      text: input.text ?? null,
    },
    {
      time: 'filter.timestamp',
      reportIds: 'filter.reportIds',
      credits: 'filter.creditsUsed',
      text: 'filter.text',
    },
  );
}
