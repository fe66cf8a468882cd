import type { Ledger } from '../ledger/ledger.ts';
import type { ListedMessage, PeriodUsage } from './message-query.ts';
import { Unpriced } from './report-loader.ts';

const batchSize = 1_000;

/**
 * Reads all messages of a period in the upstream's order, in batches, so that no period is too long for memory.
 * @throws Unpriced at the first message without a price; OrderChanged when the list was turned around meanwhile
 */
export async function* listPricedMessages(
  ledger: Ledger,
  { account, period }: PeriodUsage,
): AsyncGenerator<readonly ListedMessage[], void, undefined> {
  let last: ListedMessage | null = null;
  for (;;) {
    const messages: readonly ListedMessage[] = await ledger.listMessages({
      account,
      periodId: period.id,
      afterPosition: last?.position ?? null,
      limit: batchSize,
    });
    // The positions behind this batch were read earlier: had the upstream turned its order around since, messages would
    // come twice, or not at all.
    if (last !== null && (await ledger.readMessage(account, last.id))?.position !== last.position) {
      throw new OrderChanged({ account });
    }
    const unpriced = messages.find((message) => message.credits === null);
    if (unpriced !== undefined) throw new Unpriced({ reportId: unpriced.reportId ?? 0 });
    if (messages.length > 0) yield messages;
    last = messages.at(-1) ?? null;
    if (messages.length < batchSize) return;
  }
}

/** The list changed its order while it was read, so that what was read is no whole list. */
export class OrderChanged extends Error {
  constructor({ account }: { readonly account: string }) {
    super(`account ${account}: the order of the messages changed while they were read`);
    this.name = 'OrderChanged';
  }
}
