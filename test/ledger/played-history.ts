import assert from 'node:assert/strict';
import type { Message } from '../../src/billing/message.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type {
  LateReading,
  LateReport,
  PricedMessage,
  ReportReading,
} from '../../src/ledger/recording/pull.ts';
import { InexactSum, SnapshotConflict } from '../../src/ledger/recording/snapshot-refused.ts';
import { ModelLedger } from './model-ledger.ts';
import { RandomUpstream, type UpstreamEvent } from './random-upstream.ts';
import { recordPull } from './test-ledger.ts';

/** What is thrown where the model refuses a snapshot. */
const refusals = { conflict: SnapshotConflict, inexact: InexactSum } as const;

/** One account's pulls, played on a ledger and on the model, whose results must be the same each time. */
export class PlayedHistory {
  readonly model = new ModelLedger();
  readonly account: string;
  readonly #ledger: Ledger;
  readonly #upstream = new RandomUpstream();
  #pulledAtMs = 0;

  constructor(ledger: Ledger, account: string) {
    this.#ledger = ledger;
    this.account = account;
  }

  /** Lets things happen at the upstream, pulls it, and counts what came of it. */
  async pull(events: readonly UpstreamEvent[], tally: Tally): Promise<void> {
    for (const event of events) this.#upstream.play(event);
    const { messages, unreadable } = this.#upstream.takeSnapshot();
    const { readings } = this.#upstream;
    const price = (message: Message): PricedMessage => this.#upstream.price(message);
    this.#pulledAtMs += 1;
    const { lateReports } = this.model;
    const lateReadings = lateReports.flatMap((late) => answerFor(late, readings));

    const pulling = recordPull(this.#ledger, messages.map(price), {
      account: this.account,
      pulledAtMs: this.#pulledAtMs,
      readings,
      readLate(waiting) {
        assert.deepEqual(waiting, lateReports);
        return lateReadings;
      },
      batchSize: 3,
      ...(unreadable.count === 0 ? {} : { unreadable, price }),
    });
    const list = unreadable.count === 0 ? messages : this.model.standIn(messages, [...unreadable.ids]);
    const expected = this.model.record(list.map(price), readings, {
      pulledAtMs: this.#pulledAtMs,
      setAsideCount: unreadable.count,
    });
    const pricedLate = this.model.recordLate(lateReadings);
    tally.add('pulls', 1);
    tally.add('rows that could not be read', unreadable.count);
    tally.add('messages that stood in for them', list.length - messages.length);
    if (pricedLate === 'inexact') {
      tally.add('late prices beyond exact sums', 1);
      await assert.rejects(pulling, InexactSum);
      return;
    }
    tally.add('pricedLate', pricedLate);
    if (typeof expected === 'string') {
      tally.add(expected, 1);
      await assert.rejects(pulling, refusals[expected]);
      return;
    }
    const changed = expected.changed || pricedLate > 0;
    const { revision } = this.model;
    assert.deepEqual(await pulling, { ...expected, changed, pricedLate, revision });
    const { setAside, ...counts } = expected;
    for (const [name, count] of Object.entries(counts)) tally.add(name, Number(count));
    tally.add('setAside', setAside.length);
  }
}

function answerFor({ periodId, reportId }: LateReport, readings: readonly ReportReading[]): LateReading[] {
  const reading = readings.find((said) => said.reportId === reportId);
  return reading === undefined ? [] : [{ ...reading, periodId }];
}

/** Counts how often things happen, so that a test can show that its random cases were well chosen. */
export class Tally {
  readonly #counts = new Map<string, number>();

  add(name: string, count: number): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + count);
  }

  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }
}
