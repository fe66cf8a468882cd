import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { setImmediate as yieldToEventLoop } from 'node:timers/promises';

import type { FastifyReply, FastifyRequest } from 'fastify';

import type { Log } from '../../telemetry/log.ts';
import type { ListChoice, ListedMessage } from '../../usage/usage-list.ts';
import type { UsageReader } from '../../usage/usage-reader.ts';
import type { PeriodUsage, UsageSession } from '../../usage/usage-session.ts';
import { type AnswerCache, etagOf, isKnownToClient, type KeptAnswer } from '../graphql/answer-cache.ts';

/** How the messages of a period are written. */
export interface PeriodFormat {
  /** What tells it from all other formats. */
  readonly name: string;
  readonly contentType: string;
  /** What browsers save the answer as; null: they show it. */
  readonly fileName: ((periodId: number) => string) | null;
  /** Messages in their order, each with its price. */
  readonly write: (batches: AsyncIterable<readonly ListedMessage[]>) => AsyncIterable<string>;
}

/** What a whole period is sent with. */
export interface WholePeriodOptions {
  readonly reader: UsageReader;
  /** Null: the current period. */
  readonly periodId: string | null;
  /** Which messages, in which order. */
  readonly choice: ListChoice;
  readonly format: PeriodFormat;
  readonly answers: AnswerCache;
  readonly log: Log;
}

/**
 * Streams all messages of a period, or refuses: an answer is never a part of a period without saying so. It holds a
 * batch at a time and reads the next one when the client has taken it; once the client is gone, it reads no more.
 * @throws what the table of failures knows
 */
export async function sendWholePeriod(
  request: FastifyRequest,
  reply: FastifyReply,
  options: WholePeriodOptions,
): Promise<FastifyReply> {
  const { reader, answers, log } = options;
  const { answer, isWhole } = await reader.readOneState(request.account, (session) =>
    prepare(session, request.headers['if-none-match'], options),
  );
  setHeaders(reply, options.format, answer);
  if (answer.kind === 'short' && isWhole) answers.set(answer.key, answer.kept);
  if (isKnownToClient(request.headers['if-none-match'], answer.etag)) return reply.code(304).send();
  if (answer.kind === 'short') return reply.send(answer.kept.body);
  if (answer.kind === 'known' || request.method === 'HEAD') return reply.send();
  // The status is out soon: what is left to say then is a connection that breaks off.
  answer.body.on('error', (error) =>
    log.error({ err: error, path: request.routeOptions.url }, 'answer broken off'),
  );
  return reply.send(answer.body);
}

// Longer periods are streamed, whatever their length.
const maxKeptMessages = 1_000;

/** The answer to a request for a whole period. */
type PeriodAnswer = {
  readonly usage: PeriodUsage;
  readonly etag: string;
} & (
  | { readonly kind: 'short'; readonly key: string; readonly kept: KeptAnswer }
  | { readonly kind: 'long'; readonly body: Readable }
  | { readonly kind: 'known' }
);

async function prepare(
  session: UsageSession,
  ifNoneMatch: string | undefined,
  { periodId, choice, format, answers }: WholePeriodOptions,
): Promise<PeriodAnswer> {
  const usage = await session.usage(periodId);
  const { account } = session;
  const key = [format.name, account, usage.period.id, usage.freshness.revision, JSON.stringify(choice)].join(
    '\n',
  );
  const known = answers.get(key);
  if (known !== undefined)
    return { usage, kind: 'short', key, kept: known, etag: known.etag ?? etagOf(known.body) };
  const isLong = usage.totals.messageCount > maxKeptMessages;
  // What is too long to be kept is named by what it is made of: a pull that changes anything changes the key.
  const longEtag = etagOf(Buffer.from(key));
  if (isLong && isKnownToClient(ifNoneMatch, longEtag)) return { usage, kind: 'known', etag: longEtag };
  const batches = session.pricedMessages(usage, choice);
  // The first batch is read before the status is sent: small periods fail as a whole.
  const first = await batches.next();
  const text = format.write(resume(first, batches));
  if (isLong) {
    // In bytes, so that a slow client holds back some text rather than many batches.
    const body = Readable.from(text, { objectMode: false });
    return { usage, kind: 'long', etag: longEtag, body };
  }
  const body = await buffer(Readable.from(text));
  const etag = etagOf(body);
  return { usage, kind: 'short', key, etag, kept: { contentType: format.contentType, body, etag } };
}

function setHeaders(reply: FastifyReply, format: PeriodFormat, { usage, etag }: PeriodAnswer): void {
  // The account's own cache may keep it, and asks each time whether it still holds.
  reply
    .type(format.contentType)
    .header('cache-control', 'private, no-cache')
    .header('vary', 'origin, authorization, x-api-key')
    .header('etag', etag);
  // Nothing is added to the lists themselves: whether rows of the upstream's could not be read stands beside them.
  const { setAsideCount } = usage.freshness;
  if (setAsideCount > 0) reply.header('x-usage-set-aside', setAsideCount);
  if (format.fileName !== null) {
    const fileName = format.fileName(usage.period.id);
    reply.header('content-disposition', `attachment; filename="${fileName}"`);
  }
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
