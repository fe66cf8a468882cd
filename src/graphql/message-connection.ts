import { Ctx, Field, FieldResolver, ObjectType, Resolver, Root } from 'type-graphql';

import type { ChargedMessage } from '../usage/charged-message.ts';
import type { MessagePage } from '../usage/message-page.ts';
import type { UsageTotals } from '../usage/usage-sums.ts';
import { countedByConnection } from './complexity.ts';
import type { GraphQLContext } from './context.ts';
import { MessageType } from './message.ts';
import { PageInfoType } from './page-info.ts';
import { UsageTotalsType } from './usage-totals.ts';

/** Declares `MessageEdge`; a `MessageEdge` answers its fields. */
@ObjectType('MessageEdge', { description: 'A message and its place in the list.', simpleResolvers: true })
export class MessageEdgeType {
  @Field(() => MessageType, { description: 'The message.' })
  readonly node!: ChargedMessage;

  @Field(() => String, { description: 'For `after` and `before`, with the same filter and order.' })
  readonly cursor!: string;
}

/** A message of a page; its cursor is made when it is asked for. */
class MessageEdge {
  readonly node: ChargedMessage;
  readonly #page: MessagePage;

  constructor(page: MessagePage, node: ChargedMessage) {
    this.node = node;
    this.#page = page;
  }

  get cursor(): string {
    return this.#page.cursorOf(this.node.recorded);
  }
}

/** Declares `MessageConnection`. */
@ObjectType('MessageConnection', { description: 'A page of messages.' })
export class MessageConnectionType {}

/** Resolves `MessageConnection`. */
@Resolver(() => MessageConnectionType)
export class MessageConnectionResolver {
  @FieldResolver(() => [MessageEdgeType], {
    description: 'The messages with their cursors.',
    complexity: countedByConnection,
  })
  edges(@Root() page: MessagePage): readonly MessageEdge[] {
    return page.messages.map((charged) => new MessageEdge(page, charged));
  }

  @FieldResolver(() => [MessageType], {
    description: 'The messages.',
    complexity: countedByConnection,
  })
  nodes(@Root() { messages }: MessagePage): readonly ChargedMessage[] {
    return messages;
  }

  @FieldResolver(() => PageInfoType, { description: 'Where this page lies.' })
  pageInfo(@Root() page: MessagePage): PageInfoType {
    const [first, last] = [page.messages[0], page.messages.at(-1)];
    return {
      hasNextPage: page.hasNextPage,
      hasPreviousPage: page.hasPreviousPage,
      startCursor: first === undefined ? null : page.cursorOf(first.recorded),
      endCursor: last === undefined ? null : page.cursorOf(last.recorded),
    };
  }

  @FieldResolver(() => UsageTotalsType, {
    description: 'What all messages of the filter come to, not only this page’s.',
    complexity: ({ childComplexity }) => 10 + childComplexity,
  })
  totals(@Root() { usage, filter }: MessagePage, @Ctx() { session }: GraphQLContext): Promise<UsageTotals> {
    return session.sums.totals(usage, filter);
  }
}
