import type { Ledger } from '../ledger/ledger.ts';
import type { ListedMessage, PeriodUsage } from './message-query.ts';
import { Unpriced } from './report-loader.ts';

const batchSize = 1_000;

/**
 * Reads all messages of a period in the upstream's order, in batches, so that no period is too long for memory.
 * @throws Unpriced at the first message without a price
 */
export async function* listPricedMessages(
  ledger: Ledger,
  { account, period }: PeriodUsage,
): AsyncGenerator<readonly ListedMessage[], void, undefined> {
  let afterPosition: number | null = null;
  for (;;) {
    const messages: readonly ListedMessage[] = await ledger.listMessages({
      account,
      periodId: period.id,
      afterPosition,
      limit: batchSize,
    });
    const unpriced = messages.find((message) => message.credits === null);
    if (unpriced !== undefined) throw new Unpriced({ reportId: unpriced.reportId ?? 0 });
    if (messages.length > 0) yield messages;
    const last = messages.at(-1);
    if (last === undefined || messages.length < batchSize) return;
    afterPosition = last.position;
  }
}
