import type { Report } from '../../src/billing/report.ts';
import { UpstreamTimeout, UpstreamUnavailable } from '../../src/upstream/errors.ts';
import { decodeMessage, isInvalidMessage } from '../../src/upstream/message-json.ts';
import { decodeReport } from '../../src/upstream/report-json.ts';
import type { MessageBatch } from '../../src/upstream/upstream.ts';
import type { Random } from './random.ts';
import type { SimulatedUpstream } from './simulated-upstream.ts';
import type { Vendor } from './vendor.ts';

/** The vendors of some accounts as an upstream without a network: real decoding, tiny batches, sudden faults. */
export class InProcessUpstream implements SimulatedUpstream {
  readonly #vendors: ReadonlyMap<string, Vendor>;
  readonly #random: Random;
  /** After how many messages a list breaks off, by account. */
  readonly #cuts = new Map<string, number>();

  constructor(vendors: ReadonlyMap<string, Vendor>, random: Random) {
    this.#vendors = vendors;
    this.#random = random;
  }

  cutNextList(account: string, afterMessages: number): void {
    this.#cuts.set(account, afterMessages);
  }

  async *readMessages(account: string): AsyncGenerator<MessageBatch, void, undefined> {
    const list = this.#vendor(account).takeList();
    const cut = this.#cuts.get(account);
    this.#cuts.delete(account);
    const end = Math.min(cut ?? list.length, list.length);
    const size = 1 + this.#random.below(6);
    for (let start = 0; start < end; start += size)
      yield decodeBatch(list, start, Math.min(end, start + size));
    if (cut !== undefined && cut < Infinity)
      throw new UpstreamUnavailable({ account, path: '/', reason: 'disconnected' });
  }

  async readReport(account: string, reportId: number): Promise<Report | null> {
    const call = { account, path: `/reports/${reportId}` };
    // Reports answer in any order.
    for (let turns = this.#random.below(3); turns > 0; turns--) await Promise.resolve();
    if (this.#random.chance(0.1)) throw new UpstreamTimeout({ ...call, timeoutMs: 5_000 });
    const report = this.#vendor(account).askReport(reportId);
    if (report.kind === 'missing') return null;
    if (report.kind === 'broken' && report.status !== 200) {
      throw new UpstreamUnavailable({ ...call, reason: 'failed', status: report.status });
    }
    return decodeReport(report.body, reportId, call).report;
  }

  async close(): Promise<void> {}

  #vendor(account: string): Vendor {
    const vendor = this.#vendors.get(account);
    if (vendor === undefined) throw new Error(`nobody serves the account ${account}`);
    return vendor;
  }
}

function decodeBatch(list: ReturnType<Vendor['takeList']>, start: number, end: number): MessageBatch {
  const outcomes = list.slice(start, end).map((message, place) => {
    // Through JSON, as on the way from a real vendor.
    const element: unknown = JSON.parse(JSON.stringify(message));
    return decodeMessage(element, start + place);
  });
  return {
    messages: outcomes.flatMap((outcome) => (isInvalidMessage(outcome) ? [] : [outcome])),
    invalid: outcomes.filter(isInvalidMessage),
  };
}
