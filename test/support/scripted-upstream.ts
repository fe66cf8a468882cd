import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Scripts the raw answer to a call. */
export type RawHandler = (request: IncomingMessage, response: ServerResponse) => void;

/** What `/reports/:id` answers: a body without its id, or a raw answer. */
export type ScriptedReport =
  | { readonly name: string; readonly credit_cost: unknown }
  | ((response: ServerResponse) => void);

/** What one account's endpoints answer. */
export interface ScriptedAccount {
  /** What /messages/current-period answers from now on: raw upstream JSON objects (may be deliberately wrong). */
  setMessages(messages: readonly unknown[]): void;
  /** What /reports/:id answers; absent ids answer 404. A function scripts the raw response. */
  setReport(id: number, report: ScriptedReport): void;
  /** Scripts the raw answer to the messages call; null goes back to the list. */
  onMessages(handler: RawHandler | null): void;
}

/** A real HTTP server that speaks the vendor's API as told. Its plain methods script the paths without an account. */
export interface ScriptedUpstream extends ScriptedAccount {
  /** Base URL, without a slash at its end; the same after `stop` and `start`. */
  readonly url: string;
  /** Scripts `/accounts/:account/messages/current-period` and `/accounts/:account/reports/:id`. */
  forAccount(account: string): ScriptedAccount;
  /** All requests so far, in order; the path as sent, with its query. */
  readonly requests: readonly { readonly path: string; readonly headers: IncomingHttpHeaders }[];
  /** Requests whose path (without query) equals it. */
  countOf(path: string): number;
  clearRequests(): void;
  /** The most report calls that were ever open at once. */
  readonly maxReportsAtOnce: number;
  /** Connections that were ever made. */
  readonly connectionCount: number;
  /** Connections that are open now. */
  readonly openConnections: number;
  /** Holds back every report's answer. */
  setReportDelay(ms: number): void;
  /** Refuses connections from now on; open ones are destroyed. */
  stop(): Promise<void>;
  /** Listens again on the same port. */
  start(): Promise<void>;
  close(): Promise<void>;
}

class AccountScript implements ScriptedAccount {
  handler: RawHandler | null = null;
  body = JSON.stringify({ messages: [] });
  readonly reports = new Map<number, ScriptedReport>();

  setMessages(messages: readonly unknown[]): void {
    this.body = JSON.stringify({ messages });
  }

  setReport(id: number, report: ScriptedReport): void {
    this.reports.set(id, report);
  }

  onMessages(handler: RawHandler | null): void {
    this.handler = handler;
  }
}

const knownPath = /^(?:\/accounts\/([^/]+))?\/(?:(messages\/current-period)|reports\/(-?\d+))$/;

/** Starts one on a free port of 127.0.0.1. */
export async function startScriptedUpstream(): Promise<ScriptedUpstream> {
  const plain = new AccountScript();
  const accounts = new Map<string, AccountScript>();
  const requests: { readonly path: string; readonly headers: IncomingHttpHeaders }[] = [];
  let reportDelayMs = 0;
  let openReports = 0;
  let maxReportsAtOnce = 0;
  let connectionCount = 0;
  let openConnections = 0;

  function findScript(account: string | undefined): AccountScript {
    if (account === undefined) return plain;
    const name = decodeURIComponent(account);
    const script = accounts.get(name) ?? new AccountScript();
    accounts.set(name, script);
    return script;
  }

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url ?? '/';
    requests.push({ path, headers: request.headers });
    const match = knownPath.exec(path.split('?')[0] ?? '');
    if (match === null) return sendJson(response, 404, { error: 'no such path' });
    const [, account, messages, reportId] = match;
    const script = findScript(account);
    if (messages === undefined) return answerReport(script, Number(reportId), response);
    if (script.handler !== null) return script.handler(request, response);
    response.writeHead(200, { 'content-type': 'application/json' }).end(script.body);
  }

  function answerReport(script: AccountScript, id: number, response: ServerResponse): void {
    openReports += 1;
    maxReportsAtOnce = Math.max(maxReportsAtOnce, openReports);
    response.once('close', () => {
      openReports -= 1;
    });
    const send = () => {
      const report = script.reports.get(id);
      if (report === undefined) return sendJson(response, 404, { error: 'no such report' });
      if (typeof report === 'function') return report(response);
      sendJson(response, 200, { id, ...report });
    };
    if (reportDelayMs === 0) send();
    else setTimeout(send, reportDelayMs);
  }

  const server = createServer(answer);
  server.on('connection', (socket) => {
    connectionCount += 1;
    openConnections += 1;
    socket.once('close', () => {
      openConnections -= 1;
    });
  });
  let port = 0;

  async function start(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
    await promise;
    server.off('error', reject);
    port = readPort(server.address());
  }

  async function stop(): Promise<void> {
    if (!server.listening) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    server.close(() => resolve());
    server.closeAllConnections();
    await promise;
  }

  await start();
  return {
    url: `http://127.0.0.1:${port}`,
    setMessages: (messages) => plain.setMessages(messages),
    setReport: (id, report) => plain.setReport(id, report),
    onMessages: (handler) => plain.onMessages(handler),
    forAccount: (account) => findScript(encodeURIComponent(account)),
    requests,
    countOf: (path) => requests.filter((request) => request.path.split('?')[0] === path).length,
    clearRequests() {
      requests.length = 0;
    },
    get maxReportsAtOnce() {
      return maxReportsAtOnce;
    },
    get connectionCount() {
      return connectionCount;
    },
    get openConnections() {
      return openConnections;
    },
    setReportDelay(ms) {
      reportDelayMs = ms;
    },
    start,
    stop,
    close: stop,
  };
}

function readPort(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('The scripted upstream has no port');
  return address.port;
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
