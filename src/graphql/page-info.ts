import { Field, ObjectType } from 'type-graphql';

import type { PageSize } from '../usage/page-arguments.ts';

/** Declares `PageInfo`. */
@ObjectType('PageInfo', {
  description: 'Where a page lies in its list, as Relay has it.',
  simpleResolvers: true,
})
export class PageInfoType {
  @Field(() => Boolean, { description: 'Whether there is more after this page.' })
  readonly hasNextPage!: boolean;

  @Field(() => Boolean, { description: 'Whether there is more before this page.' })
  readonly hasPreviousPage!: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'Cursor of the first item; null when the page is empty.',
  })
  readonly startCursor!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Cursor of the last item; null when the page is empty.',
  })
  readonly endCursor!: string | null;
}

/** How the argument `first` of a connection reads in the schema. */
export function firstArgument(size: PageSize) {
  return {
    nullable: true,
    description: `How many from the start; ${size.default} unless told otherwise, ${size.max} at most.`,
  } as const;
}

/** How the argument `last` of a connection reads in the schema. */
export function lastArgument({ max }: PageSize) {
  return { nullable: true, description: `How many from the end; ${max} at most.` } as const;
}
