import type { Message } from '../billing/message.ts';
import type { ReportReading } from '../ledger/pull.ts';
import type { Log } from '../telemetry/log.ts';
import type { Upstream } from '../upstream/upstream.ts';

// As many as the upstream client has open at once; more would only queue there.
const readsAtOnce = 8;

/** What one pull knows of reports: what earlier pulls read, and what it reads itself. */
export class PullReports {
  readonly #options: PullReportsOptions;
  readonly #fresh = new Map<number, ReportReading>();
  readonly #deadlineMs: number;

  constructor(options: PullReportsOptions) {
    this.#options = options;
    this.#deadlineMs = options.now().getTime() + options.reportsTimeoutMs;
  }

  /** Reads the reports of these messages that are new, unread or too old: each once in a pull. */
  async settle(messages: readonly Message[]): Promise<void> {
    const ids = new Set<number>();
    for (const { reportId } of messages) {
      if (reportId !== null && this.#isDue(reportId)) ids.add(reportId);
    }
    // Those never asked for first, then those that waited longest: a few broken reports starve no other.
    const askedAt = (id: number): number => this.#options.known.get(id)?.readAtMs ?? Number.NEGATIVE_INFINITY;
    const waiting = [...ids].toSorted((a, b) => askedAt(a) - askedAt(b)).values();
    // Each reader takes the next report when it is done with one, so that the deadline is looked at in between.
    await Promise.all(
      Array.from({ length: readsAtOnce }, async () => {
        for (const id of waiting) await this.#read(id);
      }),
    );
  }

  /** What is known of a report that was settled. */
  reading(reportId: number): ReportReading {
    const reading = this.#fresh.get(reportId) ?? this.#options.known.get(reportId);
    return reading ?? { reportId, readAtMs: 0, status: 'unread' };
  }

  /** What this pull read itself. */
  readings(): readonly ReportReading[] {
    return [...this.#fresh.values()];
  }

  #isDue(reportId: number): boolean {
    if (this.#fresh.has(reportId)) return false;
    const known = this.#options.known.get(reportId);
    if (known === undefined || known.status === 'unread') return true;
    return this.#options.now().getTime() - known.readAtMs >= this.#options.reportMaxAgeMs;
  }

  async #read(reportId: number): Promise<void> {
    const { account, known, log, now, upstream } = this.#options;
    const before = known.get(reportId);
    if (now().getTime() >= this.#deadlineMs) {
      // Not asked is not answered: the next pull asks for it before those that were.
      this.#fresh.set(reportId, before ?? { reportId, readAtMs: 0, status: 'unread' });
      return;
    }
    const readAtMs = now().getTime();
    try {
      const report = await upstream.readReport(account, reportId);
      const answer =
        report === null ? ({ status: 'missing' } as const) : ({ status: 'found', report } as const);
      this.#fresh.set(reportId, { reportId, readAtMs, ...answer });
    } catch (error) {
      const keeps = before !== undefined && before.status !== 'unread';
      // What the upstream once said stands until it says something else: an outage changes no price.
      this.#fresh.set(reportId, keeps ? before : { reportId, readAtMs, status: 'unread' });
      log.warn(
        { reportId, err: error },
        keeps ? 'report not read again' : 'report not read, its messages are unpriced',
      );
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
