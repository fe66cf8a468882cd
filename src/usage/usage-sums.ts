import { isUnfiltered, type MessageFilter } from '../ledger/reading/message-filter.ts';
import type { PeriodUsage } from '../ledger/reading/periods.ts';
import {
  noUsage,
  type ReportTotals,
  type SlotTotals,
  type SumQuery,
  type UsageTotals,
} from '../ledger/reading/sums.ts';
import type { AccountReads } from './account-reads.ts';
import { readOnce } from './read-once.ts';
import { addTotals, foldWindows, type UsageWindow, type WindowSize } from './time-windows.ts';

export type { ReportTotals, UsageTotals } from '../ledger/reading/sums.ts';

/** The sums that one request reads. What several of its fields need is read once. */
export class UsageSums {
  readonly #reads: AccountReads;
  readonly #totals = new Map<string, Promise<UsageTotals>>();
  readonly #slots = new Map<string, Promise<readonly SlotTotals[]>>();
  readonly #byReport = new Map<string, Promise<readonly ReportTotals[]>>();

  constructor(reads: AccountReads) {
    this.#reads = reads;
  }

  /** What a period's messages come to that a filter lets through. */
  async totals(usage: PeriodUsage, filter: MessageFilter): Promise<UsageTotals> {
    if (isUnfiltered(filter)) return usage.totals;
    const query = sumQuery(usage, filter);
    // The fields beside this one have asked for theirs when this goes on: their parts add up to it.
    await Promise.resolve();
    const parts = this.#slots.get(keyOf(query)) ?? this.#byReport.get(keyOf(query));
    return readOnce(this.#totals, keyOf(query), () =>
      parts === undefined ? this.#reads.ledger.readTotals(query) : parts.then(sumUp),
    );
  }

  /**
   * A period's usage by hours, days, weeks or months of a time zone, from its first message to its last; a filter on
   * the time narrows that.
   * @throws TooManyWindows
   */
  async windows(
    usage: PeriodUsage,
    {
      size,
      timeZone,
      filter,
    }: { readonly size: WindowSize; readonly timeZone: string; readonly filter: MessageFilter },
  ): Promise<readonly UsageWindow[]> {
    if (usage.span === null) return [];
    const firstMs = Math.max(usage.span.firstMs, filter.fromMs ?? Number.NEGATIVE_INFINITY);
    const lastMs = Math.min(usage.span.lastMs, (filter.toMs ?? Number.POSITIVE_INFINITY) - 1);
    if (firstMs > lastMs) return [];
    const query = sumQuery(usage, filter);
    const slots = await readOnce(this.#slots, keyOf(query), () => this.#reads.ledger.readSlots(query));
    return foldWindows({ slots, size, timeZone, firstMs, lastMs });
  }

  /** A period's usage by report, dearest first. */
  byReport(usage: PeriodUsage, filter: MessageFilter): Promise<readonly ReportTotals[]> {
    const query = sumQuery(usage, filter);
    return readOnce(this.#byReport, keyOf(query), () => this.#reads.ledger.readReportTotals(query));
  }
}

function sumQuery({ account, period }: PeriodUsage, filter: MessageFilter): SumQuery {
  return { account, periodId: period.id, filter };
}

function keyOf(query: SumQuery): string {
  return JSON.stringify(query);
}

function sumUp(parts: readonly { readonly totals: UsageTotals }[]): UsageTotals {
  return parts.reduce((sum, { totals }) => addTotals(sum, totals), noUsage);
}
