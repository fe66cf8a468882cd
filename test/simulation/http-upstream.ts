import type { ServerResponse } from 'node:http';
import type { Report } from '../../src/billing/report.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { createUpstream, type MessageBatch, type Upstream } from '../../src/upstream/upstream.ts';
import type { ScriptedUpstream } from '../support/scripted-upstream.ts';
import type { SimulatedUpstream } from './simulated-upstream.ts';
import { reportIds, type Vendor } from './vendor.ts';

/** The vendors of some accounts behind a real HTTP server, asked by the real client. */
export class HttpUpstream implements SimulatedUpstream {
  readonly #server: ScriptedUpstream;
  readonly #vendors: ReadonlyMap<string, Vendor>;
  #client: Upstream;

  constructor(server: ScriptedUpstream, vendors: ReadonlyMap<string, Vendor>) {
    this.#server = server;
    this.#vendors = vendors;
    this.#client = connect(server);
    for (const [account, vendor] of vendors) this.#script(account, vendor);
  }

  cutNextList(account: string, afterMessages: number): void {
    this.#serveList(account, afterMessages);
  }

  async *readMessages(account: string): AsyncGenerator<MessageBatch, void, undefined> {
    // A new client each time, or the breaker would keep the next pulls from a vendor that is well again.
    await this.#client.close();
    this.#client = connect(this.#server);
    try {
      yield* this.#client.readMessages(account);
    } finally {
      this.#serveList(account, Infinity);
    }
  }

  readReport(account: string, reportId: number): Promise<Report | null> {
    return this.#client.readReport(account, reportId);
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  #script(account: string, vendor: Vendor): void {
    this.#serveList(account, Infinity);
    for (const id of reportIds) {
      this.#server.forAccount(account).setReport(id, (response) => {
        const report = vendor.askReport(id);
        if (report.kind === 'missing') response.writeHead(404).end();
        else response.writeHead(report.kind === 'broken' ? report.status : 200).end(report.body);
      });
    }
  }

  #serveList(account: string, cutAfter: number): void {
    const vendor = this.#vendors.get(account);
    this.#server.forAccount(account).onMessages((_, response) => {
      const list = vendor?.takeList() ?? [];
      const body = JSON.stringify({ messages: list });
      if (cutAfter === Infinity) response.writeHead(200).end(body);
      else breakOff(response, body.slice(0, 1 + Math.floor((body.length * cutAfter) / 12)));
    });
  }
}

function breakOff(response: ServerResponse, start: string): void {
  response.writeHead(200);
  response.write(start, () => response.destroy());
}

function connect({ url }: ScriptedUpstream): Upstream {
  return createUpstream({
    baseUrl: `${url}/accounts/{account}`,
    timeoutMs: 30_000,
    maxBytes: 1_000_000,
    log: createLog('silent'),
    metrics: createMetrics(),
  });
}
