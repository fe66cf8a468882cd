import { Field, ID, InputType } from 'type-graphql';

import type { Credits } from '../billing/credits.ts';
import { InvalidArgument } from '../usage/invalid-argument.ts';
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
    description: 'A part of the text, in any case; 1,000 characters at most.',
  })
  readonly text?: string | null;
}

/** How the filter argument reads in the schema, wherever it stands. */
export const filterArgument = {
  nullable: true,
  description: 'Only these messages. Without it, all of the period.',
} as const;

const maxReportIds = 1_000;
const maxTextCharacters = 1_000;

/** The filter as the use cases know it. @throws InvalidArgument */
export function toMessageFilter(input: MessageFilterInput | null | undefined): MessageFilter {
  if (input === null || input === undefined) return allMessages;
  const { timestamp, creditsUsed } = input;
  const filter: MessageFilter = {
    fromMs: timestamp?.from ?? null,
    toMs: timestamp?.to ?? null,
    reportIds: toReportIds(input.reportIds ?? null),
    hasReport: input.hasReport ?? null,
    minCredits: creditsUsed?.min ?? null,
    maxCredits: creditsUsed?.max ?? null,
    text: toSearchText(input.text ?? null),
  };
  if (filter.fromMs !== null && filter.toMs !== null && filter.fromMs > filter.toMs) {
    throw new InvalidArgument({ argument: 'filter.timestamp', problem: 'must not end before it begins' });
  }
  if (
    filter.minCredits !== null &&
    filter.maxCredits !== null &&
    filter.minCredits.compare(filter.maxCredits) > 0
  ) {
    throw new InvalidArgument({
      argument: 'filter.creditsUsed',
      problem: 'must not have a min above its max',
    });
  }
  return filter;
}

function toReportIds(ids: readonly string[] | null): readonly number[] | null {
  if (ids === null) return null;
  if (ids.length > maxReportIds) {
    throw new InvalidArgument({
      argument: 'filter.reportIds',
      problem: `must hold ${maxReportIds} ids at most, but holds ${ids.length}`,
    });
  }
  // An id that is no whole number is the id of no report.
  const numbers = ids
    .filter((id) => /^(0|-?[1-9]\d{0,15})$/.test(id))
    .map(Number)
    .filter(Number.isSafeInteger);
  return [...new Set(numbers)].toSorted((a, b) => a - b);
}

function toSearchText(text: string | null): string | null {
  if (text === null || text === '') return null;
  if (text.length > maxTextCharacters) {
    throw new InvalidArgument({
      argument: 'filter.text',
      problem: `must have ${maxTextCharacters} characters at most, but has ${text.length}`,
    });
  }
  // As the ledger keeps texts: what no database can store has become U+FFFD.
  return text.toWellFormed().replaceAll('\0', '\uFFFD');
}
