import rateLimit from '@fastify/rate-limit';
import { circuitBreaker, ConsecutiveBreaker, handleAll } from 'cockatiel';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Redis } from 'ioredis';

import type { Log } from '../../telemetry/log.ts';
import { rateLimited } from '../refusal.ts';
import { connectRedis } from './redis-connection.ts';

/** How often clients may ask. */
export interface RateLimits {
  /** Requests of one account in a minute; without authentication, of one address. Null: not limited. */
  readonly requestsPerMinute: number | null;
  /** Refused credentials of one address in a minute; more are answered 429. */
  readonly refusalsPerMinute: number;
  /** Where several instances count together; null: each for itself. */
  readonly redisUrl: string | null;
}

/** Counts one request; throws a `Refusal` when there were too many. */
export type RateLimiter = (request: FastifyRequest) => Promise<void>;

/** The same, and tells in the `RateLimit-*` of the reply, where there is one, how many are left. */
export type RequestLimiter = (request: FastifyRequest, reply?: FastifyReply) => Promise<void>;

const windowMs = 60_000;
/** Accounts or addresses counted at once; the least recently seen are forgotten. */
const maxKeys = 20_000;
/** How long Redis is left alone after a failure; memory counts meanwhile. */
const redisPauseMs = 1_000;

/** Makes the limiter of requests by account, or by address where there is only the anonymous one. */
export async function createRequestLimiter(
  app: FastifyInstance,
  {
    requestsPerMinute,
    redisUrl,
    byAccount,
    log,
  }: RateLimits & { readonly byAccount: boolean; readonly log: Log },
): Promise<RequestLimiter | null> {
  if (requestsPerMinute === null) return null;
  const keyOf = byAccount ? (request: FastifyRequest) => request.account : addressOf;
  const local = await createCounter(app, { max: requestsPerMinute, keyOf, redis: null });
  if (redisUrl === null) return async (request, reply) => enforceAndTell(await local(request), reply ?? null);

  const { redis, outage } = connectRedis(redisUrl, log);
  app.addHook('onClose', () => redis.disconnect());
  const shared = await createCounter(app, { max: requestsPerMinute, keyOf, redis });
  // One failure is enough: while Redis is gone, no request waits for it but one a second.
  const breaker = circuitBreaker(handleAll, {
    halfOpenAfter: redisPauseMs,
    breaker: new ConsecutiveBreaker(1),
  });
  breaker.onFailure(({ reason }) => {
    // Without a connection, Redis or the system has told why already.
    if (redis.status === 'ready' && 'error' in reason) outage.tell(reason.error);
  });
  breaker.onReset(() => outage.end());
  return async (request, reply) => {
    const count = await breaker.execute(() => shared(request)).catch(() => local(request));
    enforceAndTell(count, reply ?? null);
  };
}

/** Makes the limiter of refused credentials by address. It never stands in the way of a good one. */
export async function createRefusalLimiter(
  app: FastifyInstance,
  { refusalsPerMinute }: RateLimits,
): Promise<RateLimiter> {
  const counter = await createCounter(app, { max: refusalsPerMinute, keyOf: addressOf, redis: null });
  return async (request) => enforce(await counter(request));
}

type Counter = ReturnType<FastifyInstance['createRateLimit']>;

async function createCounter(
  app: FastifyInstance,
  options: {
    readonly max: number;
    readonly keyOf: (request: FastifyRequest) => string;
    readonly redis: Redis | null;
  },
): Promise<Counter> {
  const { max, keyOf, redis } = options;
  let counter: Counter | null = null;
  // Each in a scope of its own, because the plugin has one store a scope.
  await app.register(async (scope) => {
    await scope.register(rateLimit, {
      global: false,
      max,
      timeWindow: windowMs,
      keyGenerator: keyOf,
      cache: maxKeys,
      ...(redis === null ? {} : { redis, nameSpace: 'usage-rate-' }),
    });
    counter = scope.createRateLimit();
  });
  if (counter === null) throw new Error('@fastify/rate-limit was not registered');
  return counter;
}

type Count = Awaited<ReturnType<Counter>>;

/** Source: RateLimit header fields for HTTP, IETF draft 6. */
function enforceAndTell(count: Count, reply: FastifyReply | null): void {
  if (!count.isAllowed) {
    reply?.headers({
      'ratelimit-limit': count.max,
      'ratelimit-remaining': count.remaining,
      'ratelimit-reset': count.ttlInSeconds,
    });
  }
  enforce(count);
}

function enforce(count: Count): void {
  // Never 0: that would invite the client to try again at once, in vain.
  if (!count.isAllowed && count.isExceeded) throw rateLimited(Math.max(1, count.ttlInSeconds));
}

/** The peer, not what a header says: those are the client's to write. */
function addressOf(request: FastifyRequest): string {
  return request.ip;
}
