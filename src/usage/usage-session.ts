import { type Charge, chargeReport, chargeText } from '../billing/charge.ts';
import { isRateCardVersion, type RateCard } from '../billing/rate-card.ts';
import { isUnfiltered } from '../ledger/message-filter.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { ChargedMessage } from './charged-message.ts';
import { InvalidArgument } from './invalid-argument.ts';
import { type MessagePage, type PageArguments, readMessagePage } from './message-page.ts';
import type {
  ListedMessage,
  MessageFilter,
  MessageOrder,
  PeriodUsage,
  RecordedMessage,
  ReportTotals,
  SlotTotals,
  SumQuery,
  UsageTotals,
} from './message-query.ts';
import type { PageCache } from './page-cache.ts';
import { type PeriodPage, readPeriodPage } from './period-page.ts';
import { createReportLoader, type ReportLoader } from './report-loader.ts';
import type { Sync } from './sync.ts';
import { foldWindows, type UsageWindow, type WindowSize } from './time-windows.ts';
import { listPricedMessages } from './usage-list.ts';

/** What reading usage works with. */
export interface UsageSources {
  readonly ledger: Ledger;
  readonly upstream: Upstream;
  readonly sync: Sync;
  /** The card that prices the open period and estimates. */
  readonly rateCard: RateCard;
  /** Usage older than this is stale. */
  readonly staleAfterMs: number;
  readonly now: () => Date;
}

/** Everything that one request of one account can read. What several fields need is read once. */
export class UsageSession {
  readonly account: string;
  readonly #sources: UsageSources;
  readonly #pages: PageCache;
  readonly #reports: ReportLoader;
  readonly #usages = new Map<number | null, Promise<PeriodUsage | null>>();
  readonly #totals = new Map<string, Promise<UsageTotals>>();
  readonly #slots = new Map<string, Promise<readonly SlotTotals[]>>();
  readonly #byReport = new Map<string, Promise<readonly ReportTotals[]>>();
  #hasAskedUpstream = false;

  /** @param pages of all accounts, as earlier sessions read them. */
  constructor(account: string, sources: UsageSources, pages: PageCache) {
    this.account = account;
    this.#sources = sources;
    this.#pages = pages;
    this.#reports = createReportLoader(account, {
      ledger: sources.ledger,
      readReport: (reportId) => {
        this.#hasAskedUpstream = true;
        return sources.upstream.readReport(account, reportId);
      },
    });
  }

  /**
   * The current period's usage, or that of the period with the id given.
   * @throws PeriodNotFound; FirstPullFailed when nothing was ever pulled for the account.
   */
  async usage(periodId: string | null): Promise<PeriodUsage> {
    const id = periodId === null ? null : parseId(periodId);
    const known = periodId !== null && id === null ? null : await this.#usage(id);
    if (known !== null) return known;
    // Either the account has no such period, or it was never pulled.
    if (periodId === null || (await this.#usage(null)) === null)
      await this.#sources.sync.pullFirst(this.account);
    this.#usages.clear();
    const usage = periodId !== null && id === null ? null : await this.#usage(id);
    if (usage === null) throw new PeriodNotFound({ periodId: periodId ?? 'current' });
    return usage;
  }

  /**
   * Names what all answers of the account depend on: what is recorded of it, and the freshness that answers show.
   * Read from the ledger, once a session. Null while nothing is recorded.
   */
  async readState(): Promise<string | null> {
    const usage = await this.#usage(null);
    if (usage === null) return null;
    const { revision, asOfMs } = usage.freshness;
    return `${revision}/${asOfMs}/${this.isStale(usage)}`;
  }

  /** Whether something came from the upstream rather than the ledger: {@link UsageSession.readState} says nothing of it. */
  get hasAskedUpstream(): boolean {
    return this.#hasAskedUpstream;
  }

  /** Whether the usage is older than it should be. */
  isStale({ freshness }: PeriodUsage): boolean {
    return this.#sources.now().getTime() - freshness.asOfMs > this.#sources.staleAfterMs;
  }

  /** One message of any of the account's periods; null when it has no such message. */
  async message(messageId: string): Promise<ChargedMessage | null> {
    const id = parseId(messageId);
    if (id === null) return null;
    let message = await this.#sources.ledger.readMessage(this.account, id);
    if (message === null && (await this.#usage(null)) === null) {
      await this.#sources.sync.pullFirst(this.account);
      message = await this.#sources.ledger.readMessage(this.account, id);
    }
    if (message === null) return null;
    const [charged = null] = await this.#charge([message], await this.#cardOf(message));
    return charged;
  }

  /** A page of a period's messages. @throws InvalidArgument or InvalidCursor */
  async messages(
    usage: PeriodUsage,
    page: PageArguments,
    filter: MessageFilter,
    order: readonly MessageOrder[],
  ): Promise<MessagePage> {
    const { ledger } = this.#sources;
    // A page read just after its usage may show a later revision than the key says. Nobody sees that later on: once
    // a request can read the later revision, all do.
    const { period, freshness } = usage;
    const key = JSON.stringify([this.account, period.id, freshness.revision, page, filter, order]);
    const known = this.#pages.get(key);
    if (known !== undefined) return { ...known, usage };
    const read = await readMessagePage(ledger, usage, page, filter, order);
    const charged: MessagePage = { ...read, messages: await this.#charge(read.messages, usage.rateCard) };
    // A report that could not be read may be readable for the next request.
    if (charged.messages.every(({ report }) => !(report instanceof Error))) this.#pages.set(key, charged);
    return charged;
  }

  /** All messages of a period in the upstream's order, in batches, without their texts. @throws Unpriced at one without a price */
  pricedMessages(usage: PeriodUsage): AsyncGenerator<readonly ListedMessage[], void, undefined> {
    return listPricedMessages(this.#sources.ledger, usage);
  }

  /** What a period's messages come to that a filter lets through. */
  totals(usage: PeriodUsage, filter: MessageFilter): Promise<UsageTotals> {
    if (isUnfiltered(filter)) return Promise.resolve(usage.totals);
    return readOnce(this.#totals, this.#sumQuery(usage, filter), (query) =>
      this.#sources.ledger.readTotals(query),
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
    const slots = await readOnce(this.#slots, this.#sumQuery(usage, filter), (query) =>
      this.#sources.ledger.readSlots(query),
    );
    return foldWindows({ slots, size, timeZone, firstMs, lastMs });
  }

  /** A period's usage by report, dearest first. */
  byReport(usage: PeriodUsage, filter: MessageFilter): Promise<readonly ReportTotals[]> {
    return readOnce(this.#byReport, this.#sumQuery(usage, filter), (query) =>
      this.#sources.ledger.readReportTotals(query),
    );
  }

  /**
   * What a text or a report would cost now, by the functions that charge.
   * @throws InvalidArgument unless exactly one is given and a report exists; Unpriced while it cannot be read.
   */
  async estimate({
    text,
    reportId,
  }: {
    readonly text: string | null;
    readonly reportId: string | null;
  }): Promise<Charge> {
    const { rateCard } = this.#sources;
    if ((text === null) === (reportId === null)) {
      throw new InvalidArgument({
        argument: 'input',
        problem: 'must have exactly one of "text" and "reportId"',
      });
    }
    if (reportId === null) return chargeText((text ?? '').toWellFormed(), rateCard);
    const id = parseId(reportId);
    const periodId = (await this.#usage(null))?.period.id ?? 0;
    const report = id === null ? null : await this.#reports.load({ periodId, reportId: id });
    if (report === null) {
      throw new InvalidArgument({
        argument: 'input.reportId',
        problem: `names no report: ${JSON.stringify(reportId)}`,
      });
    }
    return chargeReport(report, rateCard);
  }

  /** The card that prices now, or any that ever priced a message of the account. @throws InvalidArgument */
  async rateCard(version: string | null): Promise<RateCard> {
    const { rateCard, ledger } = this.#sources;
    if (version === null || version === rateCard.version) return rateCard;
    const card = isRateCardVersion(version) ? await ledger.readRateCard(this.account, version) : null;
    if (card !== null) return card;
    throw new InvalidArgument({ argument: 'version', problem: 'names no rate card that was ever used' });
  }

  /** A page of the account's periods, newest first. @throws InvalidArgument or InvalidCursor */
  async periods(page: { readonly first: number; readonly after: string | null }): Promise<PeriodPage> {
    await this.usage(null);
    return readPeriodPage(this.#sources.ledger, this.account, page);
  }

  #sumQuery({ period }: PeriodUsage, filter: MessageFilter): SumQuery {
    return { account: this.account, periodId: period.id, filter };
  }

  /** Puts messages together with their reports: one ledger statement for all of them. */
  async #charge(messages: readonly RecordedMessage[], card: RateCard): Promise<readonly ChargedMessage[]> {
    const reports = await this.#reports.loadMany(
      messages.flatMap(({ periodId, reportId }) => (reportId === null ? [] : [{ periodId, reportId }])),
    );
    let next = 0;
    return messages.map((message) => {
      const report = message.reportId === null ? null : (reports[next++] ?? null);
      return new ChargedMessage(message, report, card);
    });
  }

  async #cardOf({ periodId }: RecordedMessage): Promise<RateCard> {
    const usage = await this.#usage(periodId);
    if (usage === null) throw new PeriodNotFound({ periodId: String(periodId) });
    return usage.rateCard;
  }

  #usage(id: number | null): Promise<PeriodUsage | null> {
    const known = this.#usages.get(id);
    if (known !== undefined) return known;
    const reading = this.#sources.ledger.readPeriod(this.account, id).then((usage) => {
      // The current period is asked for by its id as well: by its messages.
      if (usage !== null) this.#usages.set(usage.period.id, reading);
      return usage;
    });
    this.#usages.set(id, reading);
    return reading;
  }
}

/** Reads what was not read before; several fields of a query often ask for the same. */
function readOnce<T>(
  known: Map<string, Promise<T>>,
  query: SumQuery,
  read: (query: SumQuery) => Promise<T>,
): Promise<T> {
  const key = JSON.stringify(query);
  const reading = known.get(key) ?? read(query);
  known.set(key, reading);
  return reading;
}

/** The account has no period of that id. */
export class PeriodNotFound extends Error {
  constructor({ periodId }: { readonly periodId: string }) {
    super(`there is no billing period ${JSON.stringify(periodId)}`);
    this.name = 'PeriodNotFound';
  }
}

/** Ids are whole numbers in their shortest spelling; anything else names nothing. */
function parseId(text: string): number | null {
  return /^(0|-?[1-9]\d{0,15})$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : null;
}
