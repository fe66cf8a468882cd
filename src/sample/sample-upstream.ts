import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { SampleAnswers } from './living-sample.ts';
import period from './current-period.json' with { type: 'json' };
import earlierPeriod from './earlier-period.json' with { type: 'json' };
import reports from './reports.json' with { type: 'json' };

/** A running sample upstream. No URL has a trailing slash; `close()` may be called more than once. */
export interface SampleUpstream {
  readonly url: string;
  /** The base URL at which the period before the current one is still told; null: there was none. */
  readonly earlierUrl: string | null;
  /** Stops listening and drops the open connections, idle or not. */
  close(): Promise<void>;
}

/**
 * Serves the bundled sample on a free loopback port: what never changes, unless given other answers.
 * @throws Error if the machine refuses the port. Source: rating rules, "Upstream facts".
 */
export async function startSampleUpstream(answers: SampleAnswers = answerAlways): Promise<SampleUpstream> {
  const server = createServer((request, response) => answer(request, response, answers));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  let closing: Promise<void> | null = null;
  const url = `http://127.0.0.1:${readPort(server)}`;
  return {
    url,
    earlierUrl: answers === answerAlways ? `${url}${earlier}` : null,
    close: () => (closing ??= closeServer(server)),
  };
}

const earlier = '/earlier';
// So that the sample shows a message without a price: its report is there, and cannot be read.
const brokenReport = { path: '/reports/6655', status: 500, json: { error: 'This report cannot be read.' } };

// The sample never changes, so every body is written once, when this file is loaded.
const bodies: ReadonlyMap<string, Buffer> = new Map([
  ['/messages/current-period', encodeJson(period)],
  [`${earlier}/messages/current-period`, encodeJson(earlierPeriod)],
  ...reports.flatMap((report) =>
    ['', earlier].map((base) => [`${base}/reports/${report.id}`, encodeJson(report)] as const),
  ),
]);

function answerAlways(path: string): ReturnType<SampleAnswers> {
  if (path.endsWith(brokenReport.path)) return brokenReport;
  const json = bodies.get(path);
  return json === undefined ? null : { status: 200, json };
}

function answer(request: IncomingMessage, response: ServerResponse, answers: SampleAnswers): void {
  const path = readPath(request);
  const found = answers(path);
  if (found === null) {
    send(response, 404, encodeJson({ error: `There is nothing at ${path}.` }));
  } else if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD');
    send(response, 405, encodeJson({ error: 'Only GET and HEAD are answered here.' }));
  } else {
    send(response, found.status, found.json instanceof Buffer ? found.json : encodeJson(found.json));
  }
}

/** For a HEAD, Node sends these headers and leaves the body out. */
function send(response: ServerResponse, status: number, body: Buffer): void {
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': body.byteLength,
  });
  response.end(body);
}

function readPath(request: IncomingMessage): string {
  // Cut by hand, because `new URL` throws on targets such as `//`.
  return (request.url ?? '/').replace(/\?.*$/, '');
}

function encodeJson(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

function readPort(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') {
    throw new Error(`The sample upstream listens on ${address ?? 'nothing'}, not on a TCP port.`);
  }
  return address.port;
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((fault) => (fault === undefined ? resolve() : reject(fault)));
    // A client's keep-alive connections would hold close() back until they time out.
    server.closeAllConnections();
  });
}
