import type { Ledger } from '../ledger/ledger.ts';
import type { ListedMessage } from '../ledger/reading/message-list.ts';
import { allMessages, type MessageFilter } from '../ledger/reading/message-filter.ts';
import type { MessageOrder } from '../ledger/reading/message-order.ts';
import type { PeriodUsage } from '../ledger/reading/periods.ts';

export type { ListedMessage } from '../ledger/reading/message-list.ts';

/** Which messages of a period to list, and in which order; none: the upstream's. */
export interface ListChoice {
  readonly filter: MessageFilter;
  readonly order: readonly MessageOrder[];
}

/** The list of all messages of a period. */
export const wholeList: ListChoice = { filter: allMessages, order: [] };

// Several orders sort what ties in the first of them anew for each batch.
const batchSizes = { ofOneOrder: 1_000, ofSeveral: 10_000 };

/**
 * Reads messages of a period in batches, so that no period is too long for memory.
 * @throws PeriodUnpriced at the first message without a price; OrderChanged when the order changed while it was read
 */
export async function* listPricedMessages(
  ledger: Ledger,
  { account, period, totals, freshness }: PeriodUsage,
  { filter, order }: ListChoice,
): AsyncGenerator<readonly ListedMessage[], void, undefined> {
  const limit = order.length < 2 ? batchSizes.ofOneOrder : batchSizes.ofSeveral;
  if (totals.unpricedCount > 0) throw new PeriodUnpriced({ account, unpricedCount: totals.unpricedCount });
  let last: ListedMessage | null = null;
  for (;;) {
    const messages: readonly ListedMessage[] = await ledger.listMessages({
      account,
      periodId: period.id,
      filter,
      order,
      after: last?.key ?? null,
      limit,
    });
    // The keys before this batch were read earlier: had they changed since, messages would come twice, or not at all.
    if (last !== null && (await hasMoved(last))) throw new OrderChanged({ account });
    // One that a pull brought while the list was read.
    const unpricedCount = messages.filter((message) => message.credits === null).length;
    if (unpricedCount > 0) throw new PeriodUnpriced({ account, unpricedCount });
    if (messages.length > 0) yield messages;
    last = messages.at(-1) ?? null;
    if (messages.length < limit) return;
  }

  async function hasMoved({ id, position }: ListedMessage): Promise<boolean> {
    // New messages come behind all others in the upstream's order alone, and a new price moves none in it.
    if (order.length === 0) return (await ledger.readMessage(account, id))?.position !== position;
    return (await ledger.readPeriod(account, period.id))?.freshness.revision !== freshness.revision;
  }
}

/** A period has messages without a price, so that there is no whole list of what it cost. */
export class PeriodUnpriced extends Error {
  /** How many are known of. */
  readonly unpricedCount: number;

  constructor({ account, unpricedCount }: { readonly account: string; readonly unpricedCount: number }) {
    super(`account ${account}: ${unpricedCount} messages of the period have no price yet`);
    this.name = 'PeriodUnpriced';
    this.unpricedCount = unpricedCount;
  }
}

/** The list changed its order while it was read, so that what was read is no whole list. */
export class OrderChanged extends Error {
  constructor({ account }: { readonly account: string }) {
    super(`account ${account}: the order of the messages changed while they were read`);
    this.name = 'OrderChanged';
  }
}
