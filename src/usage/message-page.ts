import type { Ledger } from '../ledger/ledger.ts';
import type { MessageFilter } from '../ledger/reading/message-filter.ts';
import type { MessageKey, MessageOrder } from '../ledger/reading/message-order.ts';
import type { RecordedCharge } from '../ledger/reading/message-page.ts';
import type { PeriodUsage } from '../ledger/reading/periods.ts';
import type { ChargedMessage } from './charged-message.ts';
import { createCursorCodec, type CursorPlace } from './cursor.ts';
import { InvalidArgument } from './invalid-argument.ts';
import { cutPage, type PageArguments, pageLimit, type PageSize } from './page-arguments.ts';

export { allMessages, type MessageFilter } from '../ledger/reading/message-filter.ts';
export type { MessageOrder, MessageOrderField } from '../ledger/reading/message-order.ts';

/** A page of messages with all that a connection tells about it. */
export interface MessagePage<Message = ChargedMessage> {
  readonly usage: PeriodUsage;
  readonly filter: MessageFilter;
  readonly messages: readonly Message[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  /** The cursor of one of the page's messages. */
  cursorOf(message: RecordedCharge): string;
}

/** How many messages a page holds unless told otherwise, and at most. */
export const pageSize: PageSize = { default: 50, max: 500 };

/** Which page to read, and what of it. */
export interface MessagePageRequest {
  readonly page: PageArguments;
  readonly filter: MessageFilter;
  readonly order: readonly MessageOrder[];
  /** Whether the texts are read, and their hashes. */
  readonly withTexts: boolean;
}

/**
 * Reads one page of a period's messages.
 * @throws InvalidArgument or InvalidCursor
 */
export async function readMessagePage(
  ledger: Ledger,
  usage: PeriodUsage,
  { page, filter, order, withTexts }: MessagePageRequest,
): Promise<MessagePage<RecordedCharge>> {
  checkOrder(order);
  const { account, period } = usage;
  const codec = createCursorCodec({ account, periodId: period.id, filter, order });
  const backward = page.last !== null;
  const limit = pageLimit(page, pageSize);
  const keyOfCursor = (argument: string, cursor: string | null): Promise<MessageKey | null> =>
    cursor === null ? Promise.resolve(null) : findKey(ledger, account, codec.decode(argument, cursor));
  const after = await keyOfCursor('after', page.after);
  const before = await keyOfCursor('before', page.before);

  // One more than asked for tells whether there is a next page.
  const query = { account, periodId: period.id, filter, order, after, before, backward, limit: limit + 1 };
  const read = await (withTexts ? ledger.readMessages(query) : ledger.readCharges(query));
  const { items, hasNextPage, hasPreviousPage } = cutPage(read, limit, page);
  return {
    usage,
    filter,
    messages: items,
    hasNextPage,
    hasPreviousPage,
    cursorOf: (message) => codec.encode({ key: keyOf(message, order), id: message.id }),
  };
}

function checkOrder(order: readonly MessageOrder[]): void {
  const fields = order.map(({ field }) => field);
  if (new Set(fields).size < fields.length) {
    throw new InvalidArgument({ argument: 'orderBy', problem: 'must name each field once at most' });
  }
}

/** Where a cursor's message stands now: all get new positions when the upstream turns its order around. */
async function findKey(ledger: Ledger, account: string, { key, id }: CursorPlace): Promise<MessageKey> {
  const message = await ledger.readMessage(account, id);
  return message === null ? key : [...key.slice(0, -1), message.position];
}

function keyOf(message: RecordedCharge, order: readonly MessageOrder[]): MessageKey {
  const wishes = order.map(({ field }) => {
    switch (field) {
      case 'TIMESTAMP':
        return message.timestampMs;
      case 'CREDITS_USED':
        return message.credits?.units ?? null;
      case 'REPORT_NAME':
        return message.reportNameKey;
    }
  });
  return [...wishes, message.position];
}
