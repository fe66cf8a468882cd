import type { Message } from '../../src/billing/message.ts';
import type { MessageFilter } from '../../src/ledger/reading/message-filter.ts';
import type { MessageOrder } from '../../src/ledger/reading/message-order.ts';
import type {
  LateReading,
  LateReport,
  PricedMessage,
  ReportReading,
  SetAsideMessage,
} from '../../src/ledger/recording/pull.ts';
import { findLateReports, priceLate } from './model-late-prices.ts';
import { compareNames, foldPlainly } from './model-texts.ts';

/** A period of the model. */
export interface ModelPeriod {
  readonly id: number;
  fromMs: number;
  toMs: number | null;
  /** In the upstream's order. */
  messages: readonly PricedMessage[];
  readonly reports: Map<number, ReportReading>;
}

/** What a pull changed in the model. */
export interface ModelResult {
  readonly changed: boolean;
  readonly added: number;
  readonly amended: number;
  readonly repriced: number;
  readonly withdrawn: number;
  readonly rolledOver: boolean;
  readonly setAside: readonly SetAsideMessage[];
}

/** Why a snapshot is not recorded: it fits nowhere, or its sum is beyond 2^53 units. */
export type Refusal = 'conflict' | 'inexact';

const nothing = { changed: false, added: 0, amended: 0, repriced: 0, withdrawn: 0, rolledOver: false };

/** The ledger's rules for one account, as plainly as they can be said: lists in memory, no cleverness. */
export class ModelLedger {
  readonly periods: ModelPeriod[] = [];
  /** One line for each row of the history. */
  readonly history: { id: number; revision: number; change: string; text: string }[] = [];
  revision = 0;
  asOfMs: number | null = null;
  setAsideCount = 0;

  /** The reports that closed periods still wait for, the one tried the longest ago first. */
  get lateReports(): readonly LateReport[] {
    return findLateReports(this.periods);
  }

  /**
   * Records a snapshot, unless it is refused and says why.
   * @param setAsideCount how many rows of its list could not be read.
   */
  record(
    messages: readonly PricedMessage[],
    readings: readonly ReportReading[],
    { pulledAtMs, setAsideCount = 0 }: { readonly pulledAtMs: number; readonly setAsideCount?: number },
  ): ModelResult | Refusal {
    const merged = this.#merge(messages, readings, pulledAtMs);
    if (typeof merged === 'string') return merged;
    if (merged.changed) this.revision += 1;
    this.asOfMs = pulledAtMs;
    this.setAsideCount = setAsideCount;
    return merged;
  }

  /** Records what closed periods waited for, after a snapshot or its refusal. @returns how many messages got a price. */
  recordLate(lateReadings: readonly LateReading[]): number | 'inexact' {
    const copies = this.periods.map((period) => ({ ...period, reports: new Map(period.reports) }));
    priceLate(copies, lateReadings);
    if (copies.some(({ messages }) => isInexact(messages))) return 'inexact';
    const pricedLate = priceLate(this.periods, lateReadings);
    if (pricedLate > 0) this.revision += 1;
    return pricedLate;
  }

  /**
   * The list as it counts while some of its rows cannot be read: what it lacks of the open period stands in it as it
   * was recorded, behind the message that it stood behind.
   */
  standIn(listed: readonly Message[], unreadableIds: readonly number[]): readonly Message[] {
    const recorded = this.periods.at(-1)?.messages ?? [];
    const ids = new Set(listed.map(({ id }) => id));
    if (!recorded.some(({ id }) => ids.has(id) || unreadableIds.includes(id))) return listed;
    const list = [...listed];
    let place = 0;
    for (const message of recorded) {
      if (ids.has(message.id)) place = list.findIndex(({ id }) => id === message.id) + 1;
      else list.splice(place++, 0, message);
    }
    return list;
  }

  #merge(
    messages: readonly PricedMessage[],
    readings: readonly ReportReading[],
    pulledAtMs: number,
  ): ModelResult | Refusal {
    const closedIds = new Set(
      this.periods.slice(0, -1).flatMap((period) => period.messages.map(({ id }) => id)),
    );
    const first = new Map<number, PricedMessage>();
    const conflicting = new Set<number>();
    for (const message of messages) {
      const earlier = first.get(message.id);
      if (earlier === undefined) first.set(message.id, message);
      else if (!hasSameContent(earlier, message)) conflicting.add(message.id);
    }
    const setAside = [
      ...setAsideById(conflicting, 'conflicting_duplicate'),
      ...setAsideById(
        [...first.keys()].filter((id) => closedIds.has(id)),
        'closed_period',
      ),
    ];
    const next = [...first.values()].filter(({ id }) => !closedIds.has(id));
    const before = this.periods.at(-1);
    if (before !== undefined && messages.length === 0) return { ...nothing, setAside };

    let open = before ?? { id: 1, fromMs: pulledAtMs, toMs: null, messages: [], reports: new Map() };
    const timesMs = next.map(({ timestampMs }) => timestampMs);
    const shares = open.messages.some(({ id }) => first.has(id));
    const rolledOver = open.messages.length > 0 && !shares;
    if (rolledOver) {
      if (!(Math.max(...timesMs) > Math.max(...open.messages.map(({ timestampMs }) => timestampMs)))) {
        return 'conflict';
      }
      const fromMs = Math.max(open.fromMs, Math.min(...timesMs));
      open = { id: open.id + 1, fromMs, toMs: null, messages: [], reports: new Map(open.reports) };
    }
    if (isInexact(next)) return 'inexact';
    if (rolledOver && before !== undefined) before.toMs = open.fromMs;
    const isNew = open !== before;
    if (isNew) this.periods.push(open);

    const old = new Map(open.messages.map((message) => [message.id, message]));
    const kept = next.filter(({ id }) => old.has(id));
    const counts = { added: next.length - kept.length, amended: 0, repriced: 0, withdrawn: 0 };
    for (const message of kept) {
      const earlier = old.get(message.id);
      if (earlier === undefined) continue;
      if (!hasSameContent(earlier, message)) {
        counts.amended += 1;
        this.history.push({ ...entry(earlier), revision: this.revision + 1, change: 'amended' });
      } else if (!hasSamePrice(earlier, message)) counts.repriced += 1;
    }
    for (const message of open.messages) {
      if (first.has(message.id)) continue;
      counts.withdrawn += 1;
      this.history.push({ ...entry(message), revision: this.revision + 1, change: 'withdrawn' });
    }
    const stayed = open.messages.filter(({ id }) => first.has(id));
    const moved = stayed.some((message, place) => message.id !== kept[place]?.id);

    const changed = isNew || moved || Object.values(counts).some((count) => count > 0);
    open.messages = next;
    for (const reading of readings) open.reports.set(reading.reportId, reading);
    if (open.id === 1 && next.length > 0) open.fromMs = Math.min(...timesMs);
    return { ...counts, changed, rolledOver, setAside };
  }
}

/** The messages that a filter lets through, in an order. */
export function selectMessages(
  messages: readonly PricedMessage[],
  filter: MessageFilter,
  order: readonly MessageOrder[],
): readonly PricedMessage[] {
  // The sort is stable, and the list comes in the upstream's order: that is the last wish of all.
  return messages
    .filter((message) => passes(message, filter))
    .toSorted((a, b) => order.map((wish) => compare(a, b, wish)).find((result) => result !== 0) ?? 0);
}

function passes(message: PricedMessage, filter: MessageFilter): boolean {
  const { timestampMs, reportId, reportName, credits, text } = message;
  const fromText = credits !== null && reportName === null;
  if (filter.fromMs !== null && timestampMs < filter.fromMs) return false;
  if (filter.toMs !== null && timestampMs >= filter.toMs) return false;
  if (filter.reportIds !== null && (fromText || !filter.reportIds.some((id) => id === reportId)))
    return false;
  if (filter.hasReport !== null && filter.hasReport === fromText) return false;
  if (filter.minCredits !== null && (credits === null || credits.units < filter.minCredits.units))
    return false;
  if (filter.maxCredits !== null && (credits === null || credits.units > filter.maxCredits.units))
    return false;
  return filter.text === null || foldPlainly(text).includes(foldPlainly(filter.text));
}

function compare(a: PricedMessage, b: PricedMessage, { field, direction }: MessageOrder): number {
  const sign = direction === 'ASC' ? 1 : -1;
  if (field === 'TIMESTAMP') return sign * (a.timestampMs - b.timestampMs);
  const [left, right] = field === 'CREDITS_USED' ? [a.credits, b.credits] : [a.reportName, b.reportName];
  if (left === null || right === null) return Number(left === null) - Number(right === null);
  if (typeof left === 'string' || typeof right === 'string') {
    return sign * compareNames(String(left), String(right));
  }
  return sign * (left.units - right.units);
}

function setAsideById(ids: Iterable<number>, reason: SetAsideMessage['reason']): readonly SetAsideMessage[] {
  return [...ids].toSorted((a, b) => a - b).map((id) => ({ id, reason }));
}

function isInexact(messages: readonly PricedMessage[]): boolean {
  const units = messages.reduce((sum, { credits }) => sum + BigInt(credits?.units ?? 0), 0n);
  return units > BigInt(Number.MAX_SAFE_INTEGER);
}

function hasSameContent(a: PricedMessage, b: PricedMessage): boolean {
  return a.timestamp === b.timestamp && a.text === b.text && a.reportId === b.reportId;
}

function hasSamePrice(a: PricedMessage, b: PricedMessage): boolean {
  return a.credits?.units === b.credits?.units && a.reportName === b.reportName;
}

function entry({ id, text }: PricedMessage): { id: number; text: string } {
  return { id, text };
}
