import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { creditsOf, reports, type Row, rows } from './sample-rows.ts';

// What Node.js itself can do: no framework, no GraphQL, the rows in memory.
// `computing` works out and serialises all rows for each request; `remembering` has rated each text before;
// `sending` has the finished bytes.
const mode = process.argv[2];
const remembered = new Map(rows.map((row) => [row, creditsOf(row).toString()]));
const finished = Buffer.from(answer());

function creditsText(row: Row): string {
  return mode === 'remembering' ? (remembered.get(row) ?? '') : creditsOf(row).toString();
}

function answer(): string {
  const nodes = rows.map((row) => {
    const report = row.reportId === null ? undefined : reports.get(row.reportId);
    return {
      id: String(row.id),
      timestamp: new Date(row.timestampMs).toISOString(),
      creditsUsed: creditsText(row),
      report: report === undefined ? null : { id: String(report.id), name: report.name },
    };
  });
  return JSON.stringify({ data: { usage: { messages: { nodes } } } });
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    // Every server has to read the query.
    JSON.parse(Buffer.concat(chunks).toString());
    const body = mode === 'sending' ? finished : Buffer.from(answer());
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.byteLength });
    response.end(body);
  });
});
server.listen(0, '127.0.0.1', () => {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a TCP server has this address.
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
