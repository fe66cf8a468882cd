import { Ctx, Field, FieldResolver, ObjectType, Resolver, Root } from 'type-graphql';

import type { MessagePage } from '../usage/message-page.ts';
import type { RecordedMessage, UsageTotals } from '../usage/message-query.ts';
import type { GraphQLContext } from './context.ts';
import { MessageType } from './message.ts';
import { PageInfoType } from './page-info.ts';
import { UsageTotalsType } from './usage-totals.ts';

/** A message of a page; its cursor is made when it is asked for. */
interface MessageEdge {
  readonly page: MessagePage;
  readonly node: RecordedMessage;
}

/** Declares `MessageEdge`. */
@ObjectType('MessageEdge', { description: 'A message and its place in the list.' })
export class MessageEdgeType {
  @Field(() => MessageType, { description: 'The message.' })
  readonly node!: RecordedMessage;
}

/** Resolves `MessageEdge`. */
@Resolver(() => MessageEdgeType)
export class MessageEdgeResolver {
  @FieldResolver(() => String, { description: 'For `after` and `before`, with the same filter and order.' })
  cursor(@Root() { page, node }: MessageEdge): string {
    return page.cursorOf(node);
  }
}

/** Declares `MessageConnection`. */
@ObjectType('MessageConnection', { description: 'A page of messages.' })
export class MessageConnectionType {}

/** Resolves `MessageConnection`. */
@Resolver(() => MessageConnectionType)
export class MessageConnectionResolver {
  @FieldResolver(() => [MessageEdgeType], { description: 'The messages with their cursors.' })
  edges(@Root() page: MessagePage): readonly MessageEdge[] {
    return page.messages.map((node) => ({ page, node }));
  }

  @FieldResolver(() => [MessageType], { description: 'The messages.' })
  nodes(@Root() { messages }: MessagePage): readonly RecordedMessage[] {
    return messages;
  }

  @FieldResolver(() => PageInfoType, { description: 'Where this page lies.' })
  pageInfo(@Root() page: MessagePage): PageInfoType {
    const [first, last] = [page.messages[0], page.messages.at(-1)];
    return {
      hasNextPage: page.hasNextPage,
      hasPreviousPage: page.hasPreviousPage,
      startCursor: first === undefined ? null : page.cursorOf(first),
      endCursor: last === undefined ? null : page.cursorOf(last),
    };
  }

  @FieldResolver(() => UsageTotalsType, {
    description: 'What all messages of the filter come to, not only this page’s.',
    complexity: ({ childComplexity }) => 10 + childComplexity,
  })
  totals(@Root() { usage, filter }: MessagePage, @Ctx() { session }: GraphQLContext): Promise<UsageTotals> {
    return session.totals(usage, filter);
  }
}
