import { allMessages, isUnfiltered, type MessageFilter } from '../ledger/reading/message-filter.ts';
import type { RecordedMessage } from '../ledger/reading/message-page.ts';
import type { PeriodUsage } from '../ledger/reading/periods.ts';
import { type ReportTotals, sumByReport } from '../ledger/reading/report-totals.ts';
import { addUp, type SlotTotals, type SumQuery, type UsageTotals } from '../ledger/reading/sums.ts';
import type { AccountReads } from './account-reads.ts';
import { InvalidArgument } from './invalid-argument.ts';
import { readOnce } from './read-once.ts';
import { boundWindows, dealOut, slotLengthOf, TooManyWindows, type WindowCut } from './time-windows.ts';

/** A span of time across periods, half-open in epoch ms, and how to cut it. */
export interface HistoryQuery extends WindowCut {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The usage of a stretch of time, half-open [fromMs, toMs) in epoch ms. */
export interface UsageWindow {
  readonly fromMs: number;
  readonly toMs: number;
  readonly totals: UsageTotals;
  /** By report, dearest first; read for all windows of the answer when one is asked first. */
  byReport(): Promise<readonly ReportTotals[]>;
}

export type { ReportTotals } from '../ledger/reading/report-totals.ts';
export type { UsageTotals } from '../ledger/reading/sums.ts';

/** The sums that one request reads. What several of its fields need is read once. */
export class UsageSums {
  readonly #reads: AccountReads;
  readonly #totals = new Map<string, Promise<UsageTotals>>();
  readonly #slots = new Map<string, Promise<readonly SlotTotals[]>>();
  readonly #byReport = new Map<string, Promise<readonly ReportTotals[]>>();
  /** Whatever of these adds up to a query's totals. */
  readonly #parts = new Map<string, Promise<readonly { readonly totals: UsageTotals }[]>>();

  constructor(reads: AccountReads) {
    this.#reads = reads;
  }

  /** What a period's messages come to that a filter lets through. */
  async totals(usage: PeriodUsage, filter: MessageFilter): Promise<UsageTotals> {
    if (isUnfiltered(filter)) return usage.totals;
    const query = sumQuery(usage, filter);
    // The fields beside this one have asked for theirs when this goes on: their parts add up to it.
    await Promise.resolve();
    const parts = this.#parts.get(keyOf(query));
    return readOnce(this.#totals, keyOf(query), () =>
      parts === undefined ? this.#reads.ledger.readTotals(query) : parts.then(addUp),
    );
  }

  /**
   * A period's usage by hours, days, weeks or months of a time zone: from one bound of the filter's time to the other;
   * where it has none, from the period's first message, or to its last.
   * @throws TooManyWindows
   */
  async windows(
    usage: PeriodUsage,
    { filter, ...cut }: WindowCut & { readonly filter: MessageFilter },
  ): Promise<readonly UsageWindow[]> {
    const firstMs = filter.fromMs ?? usage.span?.firstMs ?? null;
    const lastMs = filter.toMs === null ? (usage.span?.lastMs ?? null) : filter.toMs - 1;
    if (firstMs === null || lastMs === null || firstMs > lastMs) return [];
    const query = sumQuery(usage, filter);
    try {
      return await this.#windowsOf(query, boundWindows(cut, { firstMs, lastMs }));
    } catch (error) {
      if (!(error instanceof TooManyWindows)) throw error;
      throw new TooManyWindows({ ...error.facts, ends: await this.#readEnds(query) });
    }
  }

  /** All periods' usage between two moments by hours, days, weeks or months of a time zone. @throws TooManyWindows */
  async history(account: string, { fromMs, toMs, ...cut }: HistoryQuery): Promise<readonly UsageWindow[]> {
    if (fromMs > toMs) throw new InvalidArgument({ argument: 'to', problem: 'must not lie before "from"' });
    if (fromMs === toMs) return [];
    const bounds = boundWindows(cut, { firstMs: fromMs, lastMs: toMs - 1 });
    return this.#windowsOf({ account, periodId: null, filter: { ...allMessages, fromMs, toMs } }, bounds);
  }

  /** A period's usage by report, dearest first. */
  byReport(usage: PeriodUsage, filter: MessageFilter): Promise<readonly ReportTotals[]> {
    const query = sumQuery(usage, filter);
    const reports = readOnce(this.#byReport, keyOf(query), () => this.#reads.ledger.readReportTotals(query));
    this.#parts.set(keyOf(query), reports);
    return reports;
  }

  async #windowsOf(query: SumQuery, bounds: readonly number[]): Promise<readonly UsageWindow[]> {
    const lengthMs = slotLengthOf(bounds);
    const reading = readOnce(this.#slots, `${lengthMs} ${keyOf(query)}`, () =>
      this.#reads.ledger.readSlots(query, lengthMs),
    );
    this.#parts.set(keyOf(query), reading);
    const slots = await reading;
    // Few clients ask for the reports of windows, and those ask for them of all windows.
    let reports: Promise<readonly (readonly ReportTotals[])[]> | null = null;
    const readReports = () =>
      (reports ??= this.#reads.ledger
        .readReportSlots(query, lengthMs)
        .then((all) => dealOut(bounds, all).map(({ slots: own }) => sumByReport(own))));
    return dealOut(bounds, slots).map(({ fromMs, toMs, slots: own }, index) => ({
      fromMs,
      toMs,
      totals: addUp(own),
      byReport: async () => (await readReports())[index] ?? [],
    }));
  }

  /** The earliest and the latest of a period's messages. */
  async #readEnds({ account, periodId }: PeriodSumQuery): Promise<readonly RecordedMessage[]> {
    const query = { account, periodId, filter: allMessages, after: null, before: null, limit: 1 };
    const order = [{ field: 'TIMESTAMP', direction: 'ASC' }] as const;
    const { ledger } = this.#reads;
    return (
      await Promise.all([false, true].map((backward) => ledger.readMessages({ ...query, order, backward })))
    ).flat();
  }
}

type PeriodSumQuery = SumQuery & { readonly periodId: number };

function sumQuery({ account, period }: PeriodUsage, filter: MessageFilter): PeriodSumQuery {
  return { account, periodId: period.id, filter };
}

function keyOf(query: SumQuery): string {
  return JSON.stringify(query);
}
