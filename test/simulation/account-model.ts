import { Credits } from '../../src/billing/credits.ts';
import type { Message } from '../../src/billing/message.ts';
import { measureText } from '../../src/billing/text-measure.ts';
import { defaultRateCard } from '../../src/billing/rate-card.ts';
import type { LateReading, PricedMessage, ReportReading } from '../../src/ledger/recording/pull.ts';
import { priceNaively } from '../billing/naive-rating.ts';
import { ModelLedger, type ModelResult, type Refusal } from '../ledger/model-ledger.ts';
import type { Delivery } from './watched-upstream.ts';

/** After this age the simulated service reads a report again. */
export const reportMaxAgeMs = 3_600_000;

/** For so long the service leaves a report of a closed period alone after a try. */
const lateRetryMs = 60_000;

/** What the service must know of one account, as plainly as it can be said. */
export class AccountModel {
  readonly ledger: ModelLedger;

  constructor(ledger = new ModelLedger()) {
    this.ledger = ledger;
  }

  /** A copy that goes its own way. */
  copy(): AccountModel {
    const ledger = Object.assign(new ModelLedger(), {
      periods: this.ledger.periods.map((period) => ({ ...period, reports: new Map(period.reports) })),
      history: [...this.ledger.history],
      revision: this.ledger.revision,
      setAsideCount: this.ledger.setAsideCount,
      asOfMs: this.ledger.asOfMs,
    });
    return new AccountModel(ledger);
  }

  /** What a whole pull heard of reports that closed periods waited for before it. */
  lateReadings(delivery: Delivery, pulledAtMs: number): readonly LateReading[] {
    const { answers } = delivery;
    const asked = this.reportsToAsk(delivery, pulledAtMs);
    return this.ledger.lateReports.flatMap(({ periodId, reportId }) =>
      asked.includes(reportId)
        ? [{ ...read(reportId, answers.get(reportId), undefined, pulledAtMs), periodId }]
        : [],
    );
  }

  /** Takes in the snapshot that a whole pull was given, priced by the rules. */
  record(delivery: Delivery, pulledAtMs: number): ModelResult | Refusal | 'unreadable' {
    const { answers, invalid } = delivery;
    if (delivery.messages.length === 0 && invalid.length > 0) return 'unreadable';
    const messages = this.#complete(delivery);
    const known = this.#knownReports;
    const next = new Map(known);
    const readings: ReportReading[] = [];
    for (const reportId of this.dueReports(messages, pulledAtMs)) {
      const answer = answers.get(reportId);
      const before = known.get(reportId);
      const reading = read(reportId, answer, before, pulledAtMs);
      readings.push(reading);
      next.set(reportId, reading);
    }
    return this.ledger.record(
      messages.map((message) => price(message, next)),
      readings,
      { pulledAtMs, setAsideCount: invalid.length },
    );
  }

  /** The reports that a pull of these messages must ask for, each once: those that are due, and those of closed periods after a pause. */
  reportsToAsk(delivery: Delivery, nowMs: number): readonly number[] {
    const messages = this.#complete(delivery);
    const late = this.ledger.lateReports
      .filter(({ readAtMs }) => readAtMs === 0 || nowMs - readAtMs >= lateRetryMs)
      .map(({ reportId }) => reportId);
    return [...new Set([...this.dueReports(messages, nowMs), ...late])].toSorted((a, b) => a - b);
  }

  /** The reports that a pull prices these messages by and must ask for: new, never read, or read too long ago. */
  dueReports(messages: readonly Message[], nowMs: number): readonly number[] {
    const ids = new Set(messages.flatMap(({ reportId }) => (reportId === null ? [] : [reportId])));
    return [...ids]
      .filter((id) => {
        const known = this.#knownReports.get(id);
        if (known === undefined || known.status === 'unread') return true;
        return nowMs - known.readAtMs >= reportMaxAgeMs;
      })
      .toSorted((a, b) => a - b);
  }

  #complete({ messages, invalid }: Delivery): readonly Message[] {
    if (messages.length === 0 || invalid.length === 0) return messages;
    return this.ledger.standIn(
      messages,
      invalid.flatMap(({ id }) => (id === null ? [] : [id])),
    );
  }

  get #knownReports(): ReadonlyMap<number, ReportReading> {
    return this.ledger.periods.at(-1)?.reports ?? new Map<number, ReportReading>();
  }
}

function read(
  reportId: number,
  answer: ReturnType<Delivery['answers']['get']>,
  before: ReportReading | undefined,
  readAtMs: number,
): ReportReading {
  if (answer === undefined || answer === 'failed') {
    // An outage takes no known answer away.
    return before !== undefined && before.status !== 'unread'
      ? before
      : { reportId, readAtMs, status: 'unread' };
  }
  if (answer === 'missing') return { reportId, readAtMs, status: 'missing' };
  return { reportId, readAtMs, status: 'found', report: answer };
}

function price(message: Message, reports: ReadonlyMap<number, ReportReading>): PricedMessage {
  const reading = message.reportId === null ? undefined : reports.get(message.reportId);
  const measured = { ...message, measure: measureText(message.text) };
  if (reading?.status === 'found') {
    return { ...measured, credits: reading.report.creditCost, reportName: reading.report.name };
  }
  if (reading?.status === 'unread') return { ...measured, credits: null, reportName: null };
  const units = Number(priceNaively(message.text, defaultRateCard));
  return { ...measured, credits: Credits.fromUnits(units), reportName: null };
}
