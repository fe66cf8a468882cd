import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

import sample from '../src/sample/current-period.json' with { type: 'json' };
import reports from '../src/sample/reports.json' with { type: 'json' };

/** An upstream whose period holds as many messages as told: the sample's texts and reports again and again. */
export interface LargeUpstream {
  readonly url: string;
  close(): Promise<void>;
}

const { messages } = sample;
const firstMs = Date.parse('2026-11-01T00:00:00.000Z');
const spanMs = 28 * 86_400_000;

/** Starts one on a free port. */
export async function startLargeUpstream(messageCount: number): Promise<LargeUpstream> {
  const known = new Map(reports.map((report) => [`/reports/${report.id}`, JSON.stringify(report)]));
  const server = createServer((request, response) => {
    const report = known.get(request.url ?? '');
    if (request.url === '/messages/current-period') {
      response.writeHead(200, { 'content-type': 'application/json' });
      void sendMessages(
        messageCount,
        (chunk) => response.write(chunk),
        () => once(response, 'drain'),
      ).then(() => response.end());
    } else {
      response.writeHead(report === undefined ? 404 : 200, { 'content-type': 'application/json' });
      response.end(report ?? '{}');
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a TCP server has this address.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function sendMessages(
  count: number,
  write: (chunk: string) => boolean,
  drained: () => Promise<unknown>,
): Promise<void> {
  const batchSize = 1_000;
  for (let start = 0; start < count; start += batchSize) {
    const batch = Array.from({ length: Math.min(batchSize, count - start) }, (_, offset) =>
      JSON.stringify(messageOf(start + offset, count)),
    );
    if (!write(`${start === 0 ? '{"messages":[' : ','}${batch.join()}`)) await drained();
  }
  write(count === 0 ? '{"messages":[]}' : ']}');
}

function messageOf(index: number, count: number): object {
  const model = messages[index % messages.length];
  // Every text differs from all others, as real ones do.
  return {
    ...model,
    id: index + 1,
    text: `${model?.text ?? ''} ${index}`,
    timestamp: new Date(firstMs + Math.floor((index / count) * spanMs)).toISOString(),
  };
}
