import * as fc from 'fast-check';
import { Credits } from '../../src/billing/credits.ts';
import { measureText } from '../../src/billing/text-measure.ts';
import type { Message } from '../../src/billing/message.ts';
import type { PricedMessage, ReportReading, UnreadableRows } from '../../src/ledger/recording/pull.ts';
import { minuteMs } from './priced-messages.ts';

// What can happen, and how often beside the others.
const weights = [
  ['add', 10],
  ['amend', 5],
  ['withdraw', 2],
  ['return', 1],
  ['reorder', 1],
  ['report', 6],
  ['rollover', 2],
  ['duplicate', 2],
  ['repeat closed', 2],
  ['strangers', 1],
  ['empty', 1],
  ['unreadable', 2],
  ['huge price', 1],
  ['same moment', 2],
] as const;

/** One thing that happens at the upstream; its numbers choose where and what. */
export interface UpstreamEvent {
  readonly kind: (typeof weights)[number][0];
  readonly a: number;
  readonly b: number;
}

const numbers = { a: fc.nat(9_999), b: fc.nat(9_999) };

/** What happens between one pull and the next: mostly new messages. */
export const someEvents: fc.Arbitrary<readonly UpstreamEvent[]> = fc.array(
  fc.record({
    kind: fc.oneof(...weights.map(([kind, weight]) => ({ weight, arbitrary: fc.constant(kind) }))),
    ...numbers,
  }),
  { maxLength: 5 },
);

/** New messages at random places. */
export const someAdditions: fc.Arbitrary<readonly UpstreamEvent[]> = fc.array(
  fc.record({ kind: fc.constant('add' as const), ...numbers }),
  {
    minLength: 1,
    maxLength: 3,
  },
);

const texts = [
  'Hi',
  'hi there',
  'ΣΟΦΟΣΑ cafe\u0301',
  'ÄRGER mit Straße',
  'İstanbul',
  '',
  '100% _of_ "it\'s"',
  'HELLO\n😀',
];
// U+FFFD comes before U+1F600 by code point, and after it by UTF-16 unit; two reports share a name.
const names = ['Zoo', 'zOO', 'Äther', '😀 report', '\u{FFFD} odd', 'Zoo'];
const costs = ['0', '1.25', '15.5', '79'];

/** An upstream to which random things happen. It prices its messages itself, in a way of its own. */
export class RandomUpstream {
  #messages: Message[] = [];
  #gone: Message[] = [];
  #closed: Message[] = [];
  #extras: Message[] = [];
  #base = 1_000;
  #lastId = 0;
  #isEmpty = false;
  #strangers: Message[] = [];
  /** Messages whose rows cannot be read in the next list. */
  #spoilt: Message[] = [];
  #isOneNameless = false;
  readonly #reports = new Map<number, ReportReading>(
    names.map((_, index) => [index + 1, readingOf(index + 1, index, index)]),
  );

  /** Lets something happen. */
  play({ kind, a, b }: UpstreamEvent): void {
    const at = a % Math.max(1, this.#messages.length);
    const between = a % (this.#messages.length + 1);
    switch (kind) {
      case 'add':
        this.#messages.splice(
          at,
          0,
          ...Array.from({ length: 1 + (b % 6) }, (_, i) => this.#create(a * 7 + i, b + i)),
        );
        break;
      case 'amend': {
        const original = this.#messages[at];
        if (original !== undefined) this.#messages[at] = amend(original, this.#create(b, a), b % 4);
        break;
      }
      case 'withdraw':
        this.#gone.push(...this.#messages.splice(at, 1 + (b % 3)));
        break;
      case 'return':
        this.#messages.splice(between, 0, ...this.#gone.splice(-1));
        break;
      case 'reorder':
        this.#messages.push(...this.#messages.splice(at, 1 + (b % 3)).toReversed());
        break;
      case 'report':
        this.#reports.set(1 + (a % names.length), readingOf(1 + (a % names.length), a + b, b));
        break;
      case 'rollover':
        this.#rollOver(1 + (b % 8), a, b);
        break;
      case 'duplicate': {
        const original = this.#messages[at];
        if (original !== undefined)
          this.#extras.push(b % 2 === 0 ? original : { ...original, text: 'conflict' });
        break;
      }
      case 'repeat closed':
        this.#extras.push(...this.#closed.slice(a % 5, (a % 5) + 2));
        break;
      case 'strangers':
        this.#strangers = [this.#create(a, b)];
        break;
      case 'empty':
        this.#isEmpty = true;
        break;
      case 'unreadable':
        this.#spoilt = this.#messages.slice(at, at + (b % 3));
        // Of what is missing then, nobody knows whether it is the one without a name.
        this.#gone.push(...this.#messages.splice(between, b % 2));
        this.#isOneNameless = true;
        break;
      case 'huge price':
        // Two of them add up exactly, and three do not.
        this.#reports.set(1 + (a % 6), foundReport(1 + (a % 6), '400000000000'));
        break;
      case 'same moment':
        this.#rollOver(1 + (b % 8), a, b);
        // As early as the last one of the period before, or a little earlier.
        if (a % 2 === 0) this.#meet(this.#messages, a % 3);
        break;
      default:
        kind satisfies never;
    }
  }

  /** What a pull gets now. Duplicates, strangers and emptiness are gone by the next. */
  takeSnapshot(): { readonly messages: readonly Message[]; readonly unreadable: UnreadableRows } {
    const regular = this.#strangers.length > 0 ? this.#strangers : [...this.#messages, ...this.#extras];
    const listed = this.#isEmpty ? [] : regular;
    const ids = new Set(this.#spoilt.map(({ id }) => id).filter((id) => listed.some((m) => m.id === id)));
    const messages = listed.filter(({ id }) => !ids.has(id));
    const count = messages.length === 0 ? 0 : ids.size + Number(this.#isOneNameless);
    this.#extras = [];
    this.#strangers = [];
    this.#isEmpty = false;
    this.#spoilt = [];
    this.#isOneNameless = false;
    return { messages, unreadable: { count, ids } };
  }

  /** What the upstream says of all its reports. */
  get readings(): readonly ReportReading[] {
    return [...this.#reports.values()];
  }

  #rollOver(count: number, a: number, b: number): void {
    this.#closed.push(...this.#messages);
    this.#gone = [];
    this.#base += 1_000;
    this.#messages = Array.from({ length: count }, (_, i) => this.#create(a + i * 31, b + i));
  }

  /** Lets the first of some messages be sent when the last of the closed ones was, or so many ms before. */
  #meet([first, ...rest]: readonly Message[], msBefore: number): void {
    const lastMs = Math.max(...this.#closed.map(({ timestampMs }) => timestampMs));
    if (first === undefined || !Number.isFinite(lastMs)) return;
    this.#messages = [moveTo(first, lastMs - msBefore), ...rest];
  }

  #create(seed: number, choice: number): Message {
    const timestampMs = (this.#base + (seed % 300)) * minuteMs;
    return {
      id: ++this.#lastId,
      timestampMs,
      timestamp: new Date(timestampMs).toISOString(),
      text: texts[choice % texts.length] ?? '',
      // Of twelve choices six name a report, and one of those that are left a report that never was.
      reportId: choice % 12 < 6 ? 1 + (choice % 6) : choice % 12 === 6 ? 99 : null,
    };
  }

  /** What a message costs now. */
  price(message: Message): PricedMessage {
    const reading = message.reportId === null ? undefined : this.#reports.get(message.reportId);
    const measured = { ...message, measure: measureText(message.text) };
    switch (reading?.status) {
      case 'found':
        return { ...measured, credits: reading.report.creditCost, reportName: reading.report.name };
      case 'unread':
        return { ...measured, credits: null, reportName: null };
      case 'missing':
      case undefined:
        return {
          ...measured,
          credits: Credits.fromUnits(10_000 + 500 * message.text.length),
          reportName: null,
        };
    }
  }
}

/** The message with another's time, text, report or all of them. */
function amend(message: Message, other: Message, which: number): Message {
  if (which === 0) return { ...message, timestampMs: other.timestampMs, timestamp: other.timestamp };
  if (which === 1) return { ...message, text: other.text };
  if (which === 2) return { ...message, reportId: other.reportId };
  return { ...other, id: message.id };
}

function moveTo(message: Message, timestampMs: number): Message {
  return { ...message, timestampMs, timestamp: new Date(timestampMs).toISOString() };
}

function foundReport(reportId: number, cost: string): ReportReading {
  const report = { id: reportId, name: 'Huge', creditCost: Credits.parse(cost) };
  return { reportId, readAtMs: 1, status: 'found', report };
}

function readingOf(reportId: number, choice: number, price: number): ReportReading {
  if (choice % 6 === 2 || choice % 6 === 3) return { reportId, readAtMs: 1, status: 'unread' };
  if (choice % 6 === 4) return { reportId, readAtMs: 1, status: 'missing' };
  const name = names[choice % names.length] ?? '';
  const creditCost = Credits.parse(costs[price % costs.length] ?? '0');
  return { reportId, readAtMs: 1, status: 'found', report: { id: reportId, name, creditCost } };
}
