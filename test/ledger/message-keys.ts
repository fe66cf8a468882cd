import type { MessageKey, MessageOrder } from '../../src/ledger/reading/message-order.ts';
import type { RecordedMessage } from '../../src/ledger/reading/message-page.ts';

/** The place of a message in an order, as a page's cursor names it. */
export function keyOf(message: RecordedMessage, order: readonly MessageOrder[]): MessageKey {
  const values = {
    TIMESTAMP: message.timestampMs,
    CREDITS_USED: message.credits?.units ?? null,
    REPORT_NAME: message.reportNameKey,
  };
  return [...order.map(({ field }) => values[field]), message.position];
}
