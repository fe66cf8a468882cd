import type { Address } from './address.ts';
import type { Deadline } from './deadline.ts';
import { type CallFacts, UpstreamRefusal, UpstreamUnavailable } from './errors.ts';
import { hashBody } from './hashed-body.ts';
import type { HttpClient, HttpResponse } from './http-client.ts';
import type { KnownList, ListCheck } from './list-check.ts';
import { type MessageBatch, readMessageList } from './message-list.ts';
import type { TryLimits } from './policy.ts';
import { type DecodedReport, decodeReport } from './report-json.ts';
import type { Throttle } from './throttle.ts';
import { createUtf8Reader } from './utf8-reader.ts';

const reportBytes = 1024 * 1024;
const discardMs = 250;

/** What every try of a call needs. */
export interface Exchange {
  readonly call: CallFacts;
  readonly address: Address;
  readonly http: HttpClient;
  readonly throttle: Throttle;
  readonly deadline: Deadline;
}

/** A body of messages whose first batch is there, so that it can still be read from, but no longer be tried again. */
export interface MessageList {
  readonly batches: AsyncIterable<MessageBatch>;
  /** Gives up what has not been read. */
  readonly abort: AbortController;
}

/**
 * One try to open the list of messages, up to its first batch. What may be kept of its body is read before, so that a
 * list that the caller knows is not decoded.
 * @throws UpstreamError
 */
export async function requestMessages(
  exchange: Exchange & TryLimits & MessagesRequest,
): Promise<MessageList> {
  const { call, deadline, abort, check, maxBytes, maxKeptBytes } = exchange;
  const validators = listValidators(check.known);
  const response = await awaitHeaders(exchange, validators);
  const { status, etag, lastModified } = response;
  if (status === 304 && Object.keys(validators).length > 0) {
    await discard(response, exchange);
    check.noteNotModified();
    return { batches: noBatches(), abort };
  }
  if (status !== 200) throw await refuse(response, exchange);
  const chunks = awaitChunks(response.readBody(maxBytes), deadline);
  // With nothing to compare it with, there is no need to wait for the end of it.
  const kept = await hashBody(chunks, check.known === null ? 0 : maxKeptBytes);
  if (kept.digest !== null && check.noteBody({ digest: kept.digest, etag, lastModified }))
    return { batches: noBatches(), abort };
  const body = { ...call, unknownCoding: response.unknownCoding };
  const rest = readMessageList(kept.chunks, body, () =>
    check.noteBody({ digest: kept.readDigest(), etag, lastModified }),
  );
  const first = await rest.next();
  return { batches: joinBatches(first, rest), abort };
}

/** What is asked of the list of messages. */
export interface MessagesRequest {
  readonly check: ListCheck;
  /** The largest body, decompressed. */
  readonly maxBytes: number;
  /** How much of a body may lie in memory at once. */
  readonly maxKeptBytes: number;
}

function listValidators(known: KnownList | null): Readonly<Record<string, string>> {
  if (known === null || !known.hasFreshValidators) return {};
  return {
    ...(known.etag === null ? {} : { 'if-none-match': known.etag }),
    ...(known.lastModified === null ? {} : { 'if-modified-since': known.lastModified }),
  };
}

/** One try to read a report; a 404 is an answer. @throws UpstreamError */
export async function requestReport(
  exchange: Exchange & TryLimits & { readonly reportId: number },
): Promise<DecodedReport | null> {
  const { call, deadline, reportId } = exchange;
  const response = await awaitHeaders(exchange);
  if (response.status === 404) {
    await discard(response, exchange);
    return null;
  }
  if (response.status !== 200) throw await refuse(response, exchange);
  const body = { ...call, unknownCoding: response.unknownCoding };
  const text = await deadline.wait(readText(response.readBody(reportBytes), body));
  return decodeReport(text, reportId, body);
}

function awaitHeaders(
  { call, address, http, deadline, headersMs, abort }: Exchange & TryLimits,
  validators: Readonly<Record<string, string>> = {},
): Promise<HttpResponse> {
  return deadline.wait(http.get(call, address, { signal: abort.signal, validators }), headersMs);
}

async function refuse(response: HttpResponse, exchange: Exchange & TryLimits): Promise<Error> {
  const { status } = response;
  const { call, throttle } = exchange;
  // At once, so that calls which start meanwhile are held back already.
  const retryAfterMs = status === 429 || status === 503 ? throttle.obey(response.retryAfter) : null;
  await discard(response, exchange);
  if (status !== 429 && status < 500)
    return new UpstreamRefusal({ ...call, status, target: response.redirectTarget });
  const reason = status === 429 || retryAfterMs !== null ? 'throttled' : 'failed';
  return new UpstreamUnavailable({ ...call, reason, status, retryAfterMs });
}

async function discard(response: HttpResponse, { deadline, abort }: Exchange & TryLimits): Promise<void> {
  try {
    await deadline.wait(response.discard(), discardMs);
  } catch (error) {
    // The status has said it all: a body that drags on costs its connection, not the answer.
    abort.abort(error);
  }
}

async function* awaitChunks(
  chunks: AsyncGenerator<Uint8Array, void, undefined>,
  deadline: Deadline,
): AsyncGenerator<Uint8Array, void, undefined> {
  for (;;) {
    const next = await deadline.wait(chunks.next());
    if (next.done === true) return;
    yield next.value;
  }
}

// oxlint-disable-next-line require-yield -- there are none.
async function* noBatches(): AsyncGenerator<MessageBatch, void, undefined> {}

async function* joinBatches(
  first: IteratorResult<MessageBatch, void>,
  rest: AsyncIterable<MessageBatch>,
): AsyncGenerator<MessageBatch, void, undefined> {
  if (first.done === true) return;
  yield first.value;
  yield* rest;
}

async function readText(chunks: AsyncIterable<Uint8Array>, call: CallFacts): Promise<string> {
  const reader = createUtf8Reader(call);
  let text = '';
  for await (const chunk of chunks) text += reader.read(chunk);
  return text + reader.end();
}
