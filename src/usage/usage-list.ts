import type { Ledger } from '../ledger/ledger.ts';
import type { ListedMessage } from '../ledger/reading/message-list.ts';
import type { PeriodUsage } from '../ledger/reading/periods.ts';

export type { ListedMessage } from '../ledger/reading/message-list.ts';

const batchSize = 1_000;

/**
 * Reads all messages of a period in the upstream's order, in batches, so that no period is too long for memory.
 * @throws PeriodUnpriced at the first message without a price; OrderChanged when the list was turned around meanwhile
 */
export async function* listPricedMessages(
  ledger: Ledger,
  { account, period, totals }: PeriodUsage,
): AsyncGenerator<readonly ListedMessage[], void, undefined> {
  if (totals.unpricedCount > 0) throw new PeriodUnpriced({ account, unpricedCount: totals.unpricedCount });
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
    // One that a pull brought while the list was read.
    const unpricedCount = messages.filter((message) => message.credits === null).length;
    if (unpricedCount > 0) throw new PeriodUnpriced({ account, unpricedCount });
    if (messages.length > 0) yield messages;
    last = messages.at(-1) ?? null;
    if (messages.length < batchSize) return;
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
