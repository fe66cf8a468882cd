import type { Random } from './random.ts';
import { makeText } from './texts.ts';

/** A message as the vendor's JSON spells it; some on purpose not as agreed. */
export type VendorMessage = Readonly<Record<string, unknown>> & { readonly id: number };

/** What the vendor says of a report when it is asked: 200 with a body, or another status or fault. */
export type VendorReport =
  | { readonly kind: 'found'; readonly name: string; readonly units: number; readonly body: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'broken'; readonly body: string; readonly status: number };

/** The reports that messages name; the last one never exists. */
export const reportIds = [1, 2, 3, 4, 5, 99] as const;

const names = ['Zoo', 'apple', 'Äther', '😀 report', 'Zoo'] as const;
// As the vendor spells them, and the units of 1/10,000 credit that they are.
const costs = [
  { json: '0', units: 0 },
  { json: '1.25', units: 12_500 },
  { json: '"15.50"', units: 155_000 },
  { json: '7.9e1', units: 790_000 },
  { json: '0.0001', units: 1 },
  { json: '1.23455', units: 12_346 },
  { json: '0.30000000000000004', units: 3_000 },
  { json: '1000000000', units: 10_000_000_000_000 },
] as const;
// Every answer that must leave a price open; the texts stand for whole bodies.
const brokenAnswers = [
  { status: 500, body: 'failed' },
  { status: 200, body: '<html>busy</html>' },
  { status: 200, body: '{"id":ID,"name":"R","credit_cost":-1}' },
  { status: 200, body: '{"id":ID,"name":"R","credit_cost":"79 credits"}' },
  { status: 200, body: '{"id":ID,"name":"R","credit_cost":NaN}' },
  { status: 200, body: `{"id":ID,"name":"R","credit_cost":${'9'.repeat(400)}}` },
  { status: 200, body: '{"id":ID,"name":"R","credit_cost":"1,23"}' },
  { status: 200, body: '{"id":1234567,"name":"Another","credit_cost":5}' },
] as const;
const minuteMs = 60_000;

// The forms in which vendors write a time; whole minutes all of them.
const spellings: readonly ((ms: number) => string)[] = [
  (ms) => new Date(ms).toISOString(),
  (ms) => new Date(ms).toISOString(),
  (ms) => new Date(ms).toISOString().replace('T', ' ').replace('.', ','),
  (ms) => new Date(ms + 120 * minuteMs).toISOString().replace('.000Z', '+0200'),
  (ms) => new Date(ms - 30 * minuteMs).toISOString().replace('Z', '0004-00:30'),
];

/** One account's side of the vendor: what it would answer, to which random things happen. */
export class Vendor {
  readonly #random: Random;
  #messages: VendorMessage[] = [];
  #gone: VendorMessage[] = [];
  #billed: VendorMessage[] = [];
  #oneTime: VendorMessage[] = [];
  #oneTimeOnly = false;
  /** Messages whose rows cannot be read in the next list. */
  readonly #spoilt = new Set<number>();
  #lastId: number;
  #periodMs = 1_000 * minuteMs;
  readonly #reports = new Map<number, VendorReport>();
  /** Every 200 and 404 that it ever gave for a report: `5 missing`, or `5 155000 Lease Report` with the units. */
  readonly said = new Set<string>();

  constructor(random: Random) {
    this.#random = random;
    // Accounts share ids on purpose.
    this.#lastId = 100 + random.below(3);
    for (const id of reportIds.slice(0, 5)) this.#reports.set(id, this.#makeReport(id));
  }

  /** Lets one thing happen. */
  change(): void {
    const random = this.#random;
    const place = random.below(this.#messages.length + 1);
    const at = Math.min(place, this.#messages.length - 1);
    const change = random.below(33);
    const some = 1 + random.below(3);
    if (change < 10 || this.#messages.length === 0) {
      const added = Array.from({ length: 1 + random.below(5) }, () => this.#makeMessage(++this.#lastId));
      // Mostly at the end, as in real life.
      this.#messages.splice(random.chance(0.7) ? this.#messages.length : place, 0, ...added);
    } else if (change < 13) {
      const old = this.#messages[at];
      if (old !== undefined) this.#messages[at] = this.#makeMessage(old.id);
    } else if (change < 15) {
      const gone = this.#messages.slice(at, at + some);
      // The period's first message stays, for a list that shares none with the ledger is another period's.
      const firstId = Math.min(...this.#messages.map(({ id }) => id));
      this.#gone.push(...gone.filter(({ id }) => id !== firstId));
      this.#messages = this.#messages.filter((message) => message.id === firstId || !gone.includes(message));
    } else if (change === 15) {
      this.#messages.splice(place, 0, ...this.#gone.splice(-1));
    } else if (change === 16) {
      this.#messages.push(...this.#messages.splice(at, some).toReversed());
    } else if (change < 20) {
      const id = random.pick([1, 2, 3, 4, 5]);
      this.#reports.set(id, this.#makeReport(id));
    } else if (change === 20 || change === 24 || change === 26) {
      this.#rollOver();
    } else if (change === 21) {
      const original = this.#messages[at];
      if (original !== undefined)
        this.#oneTime.push(random.chance(0.5) ? original : { ...original, text: 'conflict' });
    } else if (change === 22 || change === 25) {
      this.#oneTime.push(...this.#billed.slice(0, some));
    } else if (change > 29) {
      for (const { id } of this.#messages.slice(at, at + some)) this.#spoilt.add(id);
    } else if (change > 26) {
      this.#mendReports();
    } else {
      this.#disturb(some);
    }
  }

  /** The list that the next pull finds; what was there for one time is gone by the one after. */
  takeList(): readonly Readonly<Record<string, unknown>>[] {
    const list = this.#oneTimeOnly ? this.#oneTime : [...this.#messages, ...this.#oneTime];
    this.#oneTime = [];
    this.#oneTimeOnly = false;
    const spelt = list.map((message) =>
      this.#spoilt.has(message.id) ? this.#spoil(message) : this.#spell(message),
    );
    this.#spoilt.clear();
    return spelt;
  }

  /** Answers for a report, and remembers what it said. */
  askReport(id: number): VendorReport {
    const report = this.#reports.get(id) ?? { kind: 'missing' };
    if (report.kind === 'missing') this.said.add(`${id} missing`);
    if (report.kind === 'found') this.said.add(`${id} ${report.units} ${report.name}`);
    return report;
  }

  #disturb(some: number): void {
    const random = this.#random;
    const { id } = this.#makeMessage(++this.#lastId);
    const wrong: VendorMessage[] = [
      { id: 1.5, text: 'no whole id', timestamp: '2024-04-29T02:08:29.375Z' },
      { id, text: 'no zone', timestamp: '2024-04-29T02:08:29.375' },
      { id, text: 7, timestamp: '2024-04-29T02:08:29.375Z' },
      { id, text: 'odd report', timestamp: '2024-04-29T02:08:29.375Z', report_id: 'five' },
    ];
    const choice = random.below(4);
    if (choice < 2) {
      this.#oneTime.push(...wrong.slice(choice, choice + some));
    } else {
      // Nothing at all, or a stranger that fits no period.
      this.#oneTimeOnly = true;
      this.#oneTime = choice === 2 ? [] : [{ ...this.#makeMessage(id), timestamp: '1970-01-01T00:00:01Z' }];
    }
  }

  #rollOver(): void {
    // Too late for the old period's last pull, and in time for the first one after it.
    if (this.#random.chance(0.5)) this.#mendReports();
    this.#billed = this.#messages;
    this.#gone = [];
    // Some vendors bill up to a message, and not up to a moment: periods overlap then.
    this.#periodMs += this.#random.pick([1_000, 1_000, 150, 0]) * minuteMs;
    this.#messages = Array.from({ length: 1 + this.#random.below(5) }, () =>
      this.#makeMessage(++this.#lastId),
    );
  }

  /** Some vendors write ids as strings, some of them only now and then. */
  #spell(message: VendorMessage): Readonly<Record<string, unknown>> {
    return this.#random.chance(0.1) ? { ...message, id: String(message.id) } : message;
  }

  #spoil(message: VendorMessage): Readonly<Record<string, unknown>> {
    return this.#random.pick([
      { ...message, id: `message ${message.id}` },
      { ...message, id: 1e300 },
      { ...message, text: null },
      { ...message, timestamp: 'yesterday' },
      { ...message, report_id: {} },
    ]);
  }

  #makeMessage(id: number): VendorMessage {
    const random = this.#random;
    const timestamp = random.pick(spellings)(this.#periodMs + random.below(300) * minuteMs);
    const message = { id, text: makeText(random), timestamp };
    return random.chance(0.5) ? { ...message, report_id: random.pick(reportIds), extra: [null] } : message;
  }

  /** An outage ends: every report that could not be read can be. */
  #mendReports(): void {
    for (const [id, { kind }] of this.#reports) {
      if (kind === 'broken') this.#reports.set(id, this.#makeWorkingReport(id));
    }
  }

  #makeReport(id: number): VendorReport {
    const random = this.#random;
    if (random.chance(0.6)) return this.#makeWorkingReport(id);
    const { status, body } = random.pick(brokenAnswers);
    return { kind: 'broken', status, body: body.replace('ID', String(id)) };
  }

  #makeWorkingReport(id: number): VendorReport {
    const random = this.#random;
    if (random.chance(0.25)) return { kind: 'missing' };
    const name = random.pick(names);
    const { json, units } = random.pick(costs);
    const sentId = random.chance(0.2) ? `"${id}"` : id;
    const body = `{"id":${sentId},"name":${JSON.stringify(name)},"credit_cost":${json}}`;
    return { kind: 'found', name, units, body };
  }
}
