import type { Charge } from '../billing/charge.ts';
import { isRateCardVersion, type RateCard } from '../billing/rate-card.ts';
import type { ReportAnswer } from '../billing/report.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { ListedMessage } from '../ledger/reading/message-list.ts';
import type { RecordedCharge, RecordedMessage } from '../ledger/reading/message-page.ts';
import type { PeriodUsage } from '../ledger/reading/periods.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { AccountReads, type Confirmation } from './account-reads.ts';
import { ChargedMessage } from './charged-message.ts';
import { estimateCharge, type EstimateRequest } from './estimate.ts';
import { parseId } from './id.ts';
import { InvalidArgument } from './invalid-argument.ts';
import { type MessagePage, type MessagePageRequest, readMessagePage } from './message-page.ts';
import type { PageArguments } from './page-arguments.ts';
import { type PeriodPage, readPeriodPage } from './period-page.ts';
import { readOnce } from './read-once.ts';
import { createReportLoader, type ReportKey, type ReportLoader, ReportUnread } from './report-loader.ts';
import type { Sync } from '../sync/sync.ts';
import { type ListChoice, listPricedMessages } from './usage-list.ts';
import { UsageSums } from './usage-sums.ts';

export type { PeriodUsage } from '../ledger/reading/periods.ts';

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

const unread: ReportAnswer = { status: 'unread' };

/** Everything that one request of one account can read. What several fields need is read once. */
export class UsageSession {
  readonly account: string;
  /** The sums that it reads. */
  readonly sums: UsageSums;
  readonly #sources: UsageSources;
  readonly #reports: ReportLoader;
  readonly #reads: AccountReads;
  readonly #messagePages = new Map<string, Promise<MessagePage>>();
  readonly #messages = new Map<number, Promise<RecordedMessage | null>>();
  #hasAskedUpstream = false;

  constructor(account: string, sources: UsageSources) {
    this.account = account;
    this.#sources = sources;
    const reads = new AccountReads(account, sources.ledger);
    this.#reads = reads;
    this.sums = new UsageSums(reads);
    this.#reports = createReportLoader({
      readKnown: (periodId, reportIds) => reads.ledger.readReports(account, periodId, reportIds),
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
    const read = async () => (periodId !== null && id === null ? null : this.#reads.readUsage(id));
    let usage = await read();
    // Either the account has no such period, or it was never pulled.
    if (usage === null && (await this.#pullUnlessRecorded())) usage = await read();
    if (usage === null) throw new PeriodNotFound({ periodId: periodId ?? 'current' });
    return usage;
  }

  /**
   * Names what answers of the account depend on: what is recorded of it and, if they show that, its freshness. Read
   * from the ledger, once a session. Null while nothing is recorded.
   */
  async readState({ withFreshness }: { readonly withFreshness: boolean }): Promise<string | null> {
    const usage = await this.#reads.readUsage(null);
    if (usage === null) return null;
    const { freshness } = usage;
    return withFreshness
      ? JSON.stringify({ ...freshness, stale: this.isStale(usage) })
      : String(freshness.revision);
  }

  /** The state of the account that this session read, as watchers know it; null while nothing is recorded. */
  async watchedState(): Promise<{
    readonly revision: number;
    readonly isStale: boolean;
    readonly setAsideCount: number;
  } | null> {
    const usage = await this.#reads.readUsage(null);
    if (usage === null) return null;
    const { revision, setAsideCount } = usage.freshness;
    return { revision, isStale: this.isStale(usage), setAsideCount };
  }

  /** Whether something came from the upstream rather than the ledger: {@link UsageSession.readState} says nothing of it. */
  get hasAskedUpstream(): boolean {
    return this.#hasAskedUpstream;
  }

  /** Tells whether all that the session read is of one state. Takes one statement, or none. Never throws. */
  confirm(): Promise<Confirmation> {
    return this.#reads.confirm();
  }

  /** Whether the usage is older than it should be. */
  isStale({ freshness, readAtMs }: PeriodUsage): boolean {
    // A time that lies far ahead was told by a clock that has been set back since: it says nothing.
    return Math.abs(readAtMs - freshness.asOfMs) > this.#sources.staleAfterMs;
  }

  /** One message of any of the account's periods; null when it has no such message. */
  async message(messageId: string): Promise<ChargedMessage | null> {
    const id = parseId(messageId);
    if (id === null) return null;
    const read = () => this.#reads.ledger.readMessage(this.account, id);
    let message = await readOnce(this.#messages, id, read);
    if (message === null && (await this.#pullUnlessRecorded())) message = await read();
    if (message === null) return null;
    const [charged = null] = await this.#charge([message], await this.#cardOf(message));
    return charged;
  }

  /** A page of a period's messages. @throws InvalidArgument or InvalidCursor */
  async messages(usage: PeriodUsage, request: MessagePageRequest): Promise<MessagePage> {
    const key = JSON.stringify([usage.period.id, request]);
    return readOnce(this.#messagePages, key, async () => {
      const read = await readMessagePage(this.#reads.ledger, usage, request);
      return { ...read, messages: await this.#charge(read.messages, usage.rateCard) };
    });
  }

  /** Messages of a period in batches, without their texts. @throws PeriodUnpriced or OrderChanged */
  pricedMessages(
    usage: PeriodUsage,
    choice: ListChoice,
  ): AsyncGenerator<readonly ListedMessage[], void, undefined> {
    return listPricedMessages(this.#reads.ledger, usage, choice);
  }

  /**
   * What a text or a report would cost now, by the functions that charge.
   * @throws InvalidArgument unless the report exists; ReportUnread while it cannot be read.
   */
  estimate(request: EstimateRequest): Promise<Charge> {
    return estimateCharge(request, {
      rateCard: this.#sources.rateCard,
      readReport: async (reportId) => {
        const periodId = (await this.#reads.readUsage(null))?.period.id ?? 0;
        return this.#reports.load({ periodId, reportId });
      },
    });
  }

  /** The card that prices now, or any that ever priced a message of the account. @throws InvalidArgument */
  async rateCard(version: string | null): Promise<RateCard> {
    const { rateCard } = this.#sources;
    if (version === null || version === rateCard.version) return rateCard;
    const card = isRateCardVersion(version)
      ? await this.#reads.ledger.readRateCard(this.account, version)
      : null;
    if (card !== null) return card;
    throw new InvalidArgument({ argument: 'version', problem: 'names no rate card that was ever used' });
  }

  /** A page of the account's periods, newest first. @throws InvalidArgument or InvalidCursor */
  async periods(page: PageArguments): Promise<PeriodPage> {
    await this.usage(null);
    return readPeriodPage(this.#reads.ledger, this.account, page);
  }

  /** Puts messages of one period together with their reports: one ledger statement for all of them. */
  async #charge(messages: readonly RecordedCharge[], card: RateCard): Promise<readonly ChargedMessage[]> {
    const keys = new Map<number, ReportKey>();
    for (const { periodId, reportId } of messages) {
      if (reportId !== null) keys.set(reportId, { periodId, reportId });
    }
    const answers = new Map<number | null, ReportAnswer | null>([[null, null]]);
    const loaded = await this.#reports.loadMany([...keys.values()]);
    for (const [index, reportId] of [...keys.keys()].entries()) {
      const answer = loaded[index] ?? unread;
      // That its report could not be read is a fact about a message; any other failure is one of the whole answer.
      if (answer instanceof Error && !(answer instanceof ReportUnread)) throw answer;
      answers.set(reportId, answer instanceof Error ? unread : answer);
    }
    return messages.map(
      (message) => new ChargedMessage(message, answers.get(message.reportId) ?? null, card),
    );
  }

  async #cardOf({ periodId }: RecordedMessage): Promise<RateCard> {
    const usage = await this.#reads.readUsage(periodId);
    if (usage === null) throw new PeriodNotFound({ periodId: String(periodId) });
    return usage.rateCard;
  }

  /** Pulls an account of which nothing is recorded yet. @returns whether it did. */
  async #pullUnlessRecorded(): Promise<boolean> {
    if ((await this.#reads.readUsage(null)) !== null) return false;
    await this.#sources.sync.pullFirst(this.account);
    this.#reads.forget();
    await this.#reads.readUsage(null);
    return true;
  }
}

/** The account has no period of that id. */
export class PeriodNotFound extends Error {
  constructor({ periodId }: { readonly periodId: string }) {
    super(`there is no billing period ${JSON.stringify(periodId)}`);
    this.name = 'PeriodNotFound';
  }
}
