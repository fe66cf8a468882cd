import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { setImmediate as yieldToEventLoop } from 'node:timers/promises';

import type { FastifyReply, FastifyRequest } from 'fastify';

import type { Log } from '../../telemetry/log.ts';
import { DatabaseUnavailable, type ListedMessage, type PeriodUsage } from '../../usage/message-query.ts';
import { Unpriced } from '../../usage/report-loader.ts';
import { FirstPullFailed } from '../../sync/first-pull-failed.ts';
import type { UsageReader } from '../../usage/usage-reader.ts';
import { PeriodNotFound } from '../../usage/usage-session.ts';
import { type AnswerCache, etagOf, isKnownToClient, type KeptAnswer } from '../graphql/answer-cache.ts';
import { type Problem, sendProblem } from '../refusal.ts';

/** How the messages of a whole period are written. */
export interface PeriodFormat {
  readonly contentType: string;
  /** What browsers save the answer as; null: they show it. */
  readonly fileName: ((periodId: number) => string) | null;
  /** All messages in the upstream's order, each with its price. */
  readonly write: (batches: AsyncIterable<readonly ListedMessage[]>) => AsyncIterable<string>;
}

/** What a whole period is sent with. */
export interface WholePeriodOptions {
  readonly reader: UsageReader;
  /** Null: the current period. */
  readonly periodId: string | null;
  readonly format: PeriodFormat;
  readonly answers: AnswerCache;
  readonly log: Log;
}

/**
 * Streams all messages of a period, or refuses: an answer is never a part of a period without saying so. It holds a
 * batch at a time and reads the next one when the client has taken it; once the client is gone, it reads no more.
 */
export async function sendWholePeriod(
  request: FastifyRequest,
  reply: FastifyReply,
  options: WholePeriodOptions,
  triesLeft = maxTries,
): Promise<FastifyReply> {
  const { reader, periodId, format, answers, log } = options;
  const session = reader.openSession(request.account);
  try {
    const usage = await session.usage(periodId);
    if (usage.totals.unpricedCount > 0)
      return sendProblem(request, reply, unpriced(usage.totals.unpricedCount));
    const key = [format.contentType, request.account, usage.period.id, usage.freshness.revision].join('\n');
    const kept = answers.get(key);
    if (kept !== undefined) return sendKeptPeriod(request, reply, kept, fileNameOf(format, usage));
    const fileName = fileNameOf(format, usage);
    const isLong = usage.totals.messageCount > maxKeptMessages;
    // What is too long to be remembered is named by what it is made of: a pull that changes anything changes the key.
    const longEtag = isLong ? etagOf(Buffer.from(key)) : null;
    if (longEtag !== null && isKnownToClient(request.headers['if-none-match'], longEtag)) {
      setHeaders(reply, { contentType: format.contentType, etag: longEtag, fileName });
      return reply.code(304).send();
    }
    const batches = session.pricedMessages(usage);
    // The first batch is read before the status is sent: small periods fail as a whole.
    const first = await batches.next();
    if (!isLong) {
      const body = await buffer(Readable.from(format.write(resume(first, batches))));
      const confirmation = await session.confirm();
      if (confirmation === 'moved' && triesLeft > 1)
        return await sendWholePeriod(request, reply, options, triesLeft - 1);
      const answer: KeptAnswer = { contentType: format.contentType, body, etag: etagOf(body) };
      if (confirmation === 'whole') answers.set(key, answer);
      return sendKeptPeriod(request, reply, answer, fileName);
    }
    setHeaders(reply, { contentType: format.contentType, etag: longEtag, fileName });
    if (request.method === 'HEAD') return reply.send();
    // In bytes, so that a slow client holds back some text rather than many batches.
    const body = Readable.from(format.write(resume(first, batches)), { objectMode: false });
    // The status is out by now: what is left to say is a connection that breaks off.
    body.on('error', (error) =>
      log.error({ err: error, path: request.routeOptions.url }, 'answer broken off'),
    );
    return reply.send(body);
  } catch (error) {
    if (error instanceof PeriodNotFound) return sendProblem(request, reply, notFound);
    if (error instanceof Unpriced) return sendProblem(request, reply, unpriced(1));
    if (error instanceof FirstPullFailed) return sendProblem(request, reply, unavailable);
    if (error instanceof DatabaseUnavailable) {
      log.warn({ err: error, path: request.routeOptions.url }, 'request failed');
      return sendProblem(request, reply, databaseUnavailable);
    }
    throw error;
  }
}

// Longer periods are streamed, whatever their length.
const maxKeptMessages = 1_000;
// A list is read again when a pull was recorded in the middle of it.
const maxTries = 3;

function fileNameOf(format: PeriodFormat, { period }: PeriodUsage): string | null {
  return format.fileName === null ? null : format.fileName(period.id);
}

interface AnswerHeaders {
  readonly contentType: string;
  readonly etag: string | null;
  readonly fileName: string | null;
}

function setHeaders(reply: FastifyReply, { contentType, etag, fileName }: AnswerHeaders): void {
  // The account's own cache may keep it, and asks each time whether it still holds.
  reply
    .type(contentType)
    .header('cache-control', 'private, no-cache')
    .header('vary', 'origin, authorization, x-api-key');
  if (etag !== null) reply.header('etag', etag);
  if (fileName !== null) reply.header('content-disposition', `attachment; filename="${fileName}"`);
}

function sendKeptPeriod(
  request: FastifyRequest,
  reply: FastifyReply,
  { contentType, body, etag }: KeptAnswer,
  fileName: string | null,
): FastifyReply {
  setHeaders(reply, { contentType, etag, fileName });
  if (etag !== null && isKnownToClient(request.headers['if-none-match'], etag)) return reply.code(304).send();
  return reply.send(body);
}

async function* resume<T>(
  first: IteratorResult<T, void>,
  rest: AsyncGenerator<T, void, undefined>,
): AsyncGenerator<T, void, undefined> {
  if (first.done === true) return;
  yield first.value;
  for await (const value of rest) {
    yield value;
    // The embedded database and a fast client answer at once: without this, other requests would wait for the end.
    await yieldToEventLoop();
  }
}

const notFound: Problem = {
  status: 404,
  code: 'NOT_FOUND',
  message: 'There is no such billing period.',
};

// The default pause between two pulls: sooner, nothing can have changed.
const retryLater = { 'retry-after': '10' };

const unavailable: Problem = {
  status: 503,
  code: 'UPSTREAM_UNAVAILABLE',
  message: 'No usage was recorded yet, and the upstream does not answer. Try again later.',
  headers: retryLater,
};

const databaseUnavailable: Problem = {
  status: 503,
  code: 'DATABASE_UNAVAILABLE',
  message: 'The database does not answer. Try again in a moment.',
  headers: { 'retry-after': '2' },
};

function unpriced(count: number): Problem {
  return {
    status: 503,
    code: 'UNPRICED',
    message: `Messages without a price yet: ${count}. Their reports could not be read. Try again later.`,
    headers: retryLater,
  };
}
