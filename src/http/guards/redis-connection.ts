import { Redis } from 'ioredis';

import type { Log } from '../../telemetry/log.ts';

/** Redis gets this long for an answer. */
const commandTimeoutMs = 150;
const connectTimeoutMs = 2_000;
const maxRetryPauseMs = 1_000;

/**
 * Connects to the Redis in which instances count together, and goes on trying. Commands fail at once while there is no
 * connection.
 */
export function connectRedis(url: string, log: Log): { readonly redis: Redis; readonly outage: RedisOutage } {
  const outage = new RedisOutage(url, log);
  const redis = new Redis(url, {
    connectTimeout: connectTimeoutMs,
    commandTimeout: commandTimeoutMs,
    maxRetriesPerRequest: 0,
    // Fails at once while there is no connection, instead of holding requests back.
    enableOfflineQueue: false,
    retryStrategy: (tries) => Math.min(100 * tries, maxRetryPauseMs),
  });
  redis.on('error', (error) => outage.tell(error));
  redis.on('ready', () => outage.end());
  return { redis, outage };
}

/** Tells of a time without Redis: each reason of it once, in the words of Redis or of the system, and its end. */
export class RedisOutage {
  readonly #usesTls: boolean;
  readonly #log: Log;
  readonly #told = new Set<string>();

  constructor(url: string, log: Log) {
    this.#usesTls = /^rediss:/i.test(url);
    this.#log = log;
  }

  /** @param fault what Redis, TLS or the system said */
  tell(fault: unknown): void {
    const reason = this.#describe(fault);
    if (this.#told.has(reason)) return;
    this.#told.add(reason);
    this.#log.warn({ reason }, 'Redis cannot be used: each instance counts requests for itself');
  }

  end(): void {
    if (this.#told.size === 0) return;
    this.#told.clear();
    this.#log.info('Redis answers again: instances count requests together');
  }

  /** A Redis without TLS says nothing to a client that begins with it, and one with TLS hangs up on one that does not. */
  #describe(fault: unknown): string {
    const words = describe(fault);
    const code = fault instanceof Error && 'code' in fault ? fault.code : null;
    if (this.#usesTls && code === 'ETIMEDOUT') return `${words} (rediss:// wants TLS: does it speak that?)`;
    if (!this.#usesTls && code === 'ECONNRESET') return `${words} (does it want TLS, by rediss://?)`;
    return words;
  }
}

/** Of a name with several addresses, the system says something of each. */
function describe(fault: unknown): string {
  if (fault instanceof AggregateError && fault.errors.length > 0)
    return fault.errors.map(describe).join('; ');
  return fault instanceof Error ? fault.message : String(fault);
}
