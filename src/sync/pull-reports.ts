import type { Message } from '../billing/message.ts';
import type { LateReading, LateReport, ReportReading } from '../ledger/recording/pull.ts';
import type { Log } from '../telemetry/log.ts';
import type { Upstream } from '../upstream/upstream.ts';

// As many as the upstream client has open at once; more would only queue there.
const readsAtOnce = 8;

// A report that hangs takes seconds of the pull, and one that failed until its period closed seldom answers in the next
// seconds: a few that never answer must not make every pull long.
const lateRetryMs = 60_000;

// Old reports that hang must not make the pauses between snapshots so long that the open period becomes stale.
const lateShare = 1 / 4;

/** What one pull knows of reports: what earlier pulls read, and what it reads itself. */
export class PullReports {
  readonly #options: PullReportsOptions;
  /** What the upstream said in this very pull, of each report that it was asked for. */
  readonly #answers = new Map<number, ReportReading>();
  readonly #settled = new Map<number, ReportReading>();
  /** The reports that the snapshot names. */
  readonly #named = new Set<number>();
  readonly #deadlineMs: number;

  constructor(options: PullReportsOptions) {
    this.#options = options;
    this.#deadlineMs = options.now().getTime() + options.reportsTimeoutMs;
  }

  /** Reads the reports of these messages that are new, unread or too old: each once in a pull. */
  async settle(messages: readonly Message[]): Promise<void> {
    const ids = new Set<number>();
    for (const { reportId } of messages) {
      if (reportId === null) continue;
      this.#named.add(reportId);
      if (this.#isDue(reportId)) ids.add(reportId);
    }
    // Those never asked for first, then those that waited longest: a few broken reports starve no other.
    const askedAt = (id: number): number => this.#options.known.get(id)?.readAtMs ?? Number.NEGATIVE_INFINITY;
    await this.#ask(
      [...ids].toSorted((a, b) => askedAt(a) - askedAt(b)),
      this.#deadlineMs,
    );
    for (const id of ids) this.#settled.set(id, this.#settle(id));
  }

  /**
   * Asks for the reports that closed periods still wait for, in the order given, unless this pull did already, or
   * another did less than a minute ago: call it when all else is recorded. It has a time of its own.
   * @returns the answers, without those of reports that were not asked for, be it for want of time.
   */
  async readLate(waiting: readonly LateReport[]): Promise<readonly LateReading[]> {
    const nowMs = this.#options.now().getTime();
    const due = waiting.filter(({ readAtMs }) => readAtMs === 0 || nowMs - readAtMs >= lateRetryMs);
    const deadlineMs = nowMs + this.#options.reportsTimeoutMs * lateShare;
    await this.#ask([...new Set(due.map(({ reportId }) => reportId))], deadlineMs);
    return waiting.flatMap(({ periodId, reportId }) => {
      const answer = this.#answers.get(reportId);
      return answer === undefined ? [] : [{ ...answer, periodId }];
    });
  }

  /** What is known of a report that was settled. */
  reading(reportId: number): ReportReading {
    const reading = this.#settled.get(reportId) ?? this.#options.known.get(reportId);
    return reading ?? { reportId, readAtMs: 0, status: 'unread' };
  }

  /** What was settled in this pull. */
  readings(): readonly ReportReading[] {
    return [...this.#settled.values()];
  }

  /**
   * In how many ms a report is to be read again for the same snapshot, one of those that closed periods wait for
   * included; null: never.
   */
  nextDueInMs(waiting: readonly LateReport[]): number | null {
    const nowMs = this.#options.now().getTime();
    const dueInMs = [...this.#named].map((id) => {
      const { status, readAtMs } = this.reading(id);
      return status === 'unread' ? 0 : readAtMs + this.#options.reportMaxAgeMs - nowMs;
    });
    for (const { reportId, readAtMs } of waiting) {
      const wasAsked = readAtMs > 0 || this.#answers.has(reportId);
      dueInMs.push(wasAsked ? lateRetryMs : 0);
    }
    return dueInMs.length === 0 ? null : dueInMs.reduce((least, next) => Math.min(least, next));
  }

  #isDue(reportId: number): boolean {
    if (this.#settled.has(reportId)) return false;
    const known = this.#options.known.get(reportId);
    if (known === undefined || known.status === 'unread') return true;
    return this.#options.now().getTime() - known.readAtMs >= this.#options.reportMaxAgeMs;
  }

  #settle(reportId: number): ReportReading {
    const before = this.#options.known.get(reportId);
    const answer = this.#answers.get(reportId);
    // Not asked is not answered: the next pull asks for it before those that were.
    if (answer === undefined) return before ?? { reportId, readAtMs: 0, status: 'unread' };
    // What the upstream once said stands until it says something else: an outage changes no price.
    return answer.status === 'unread' && isAnswered(before) ? before : answer;
  }

  /** Asks for reports that this pull did not ask for yet, until the time is over. */
  async #ask(reportIds: readonly number[], deadlineMs: number): Promise<void> {
    const waiting = reportIds.filter((id) => !this.#answers.has(id)).values();
    // Each reader takes the next report when it is done with one, so that the deadline is looked at in between.
    await Promise.all(
      Array.from({ length: readsAtOnce }, async () => {
        for (const id of waiting) {
          if (this.#options.now().getTime() >= deadlineMs) return;
          this.#answers.set(id, await this.#read(id));
        }
      }),
    );
  }

  async #read(reportId: number): Promise<ReportReading> {
    const { account, known, log, now, upstream } = this.#options;
    const readAtMs = now().getTime();
    try {
      const report = await upstream.readReport(account, reportId);
      if (report === null) return { reportId, readAtMs, status: 'missing' };
      return { reportId, readAtMs, status: 'found', report };
    } catch (error) {
      log.warn(
        { reportId, err: error },
        isAnswered(known.get(reportId))
          ? 'report not read again'
          : 'report not read, its messages are unpriced',
      );
      return { reportId, readAtMs, status: 'unread' };
    }
  }
}

/** What {@link PullReports} works with. */
export interface PullReportsOptions {
  readonly account: string;
  readonly known: ReadonlyMap<number, ReportReading>;
  readonly upstream: Upstream;
  readonly reportMaxAgeMs: number;
  readonly reportsTimeoutMs: number;
  readonly now: () => Date;
  readonly log: Log;
}

function isAnswered(reading: ReportReading | undefined): reading is ReportReading {
  return reading !== undefined && reading.status !== 'unread';
}
