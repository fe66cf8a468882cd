import underPressure from '@fastify/under-pressure';
import type { FastifyInstance } from 'fastify';

import { overloaded } from './refusal.ts';

/** When requests are turned away. */
export interface OverloadLimits {
  /** How late the event loop may run, on average, before new requests are refused; 0: never refused. */
  readonly eventLoopDelayMs: number;
}

// Looked at often: whatever arrives between two looks is served, and everybody waits behind it.
const sampleIntervalMs = 100;
const retryAfterSeconds = 2;

/**
 * Answers 503 to new requests while the process has more to do than it can: an answer that comes late is worth less
 * than a clear word now. Health and metrics are answered always, for operators need them most then.
 */
export async function addOverloadProtection(
  app: FastifyInstance,
  { eventLoopDelayMs }: OverloadLimits,
): Promise<void> {
  await app.register(underPressure, {
    maxEventLoopDelay: eventLoopDelayMs,
    sampleInterval: sampleIntervalMs,
    // A rejected promise reaches the server's error handler, which knows each client's shape of errors.
    pressureHandler: async (request) => {
      if (request.routeOptions.config.open !== true) throw overloaded(retryAfterSeconds);
    },
  });
}
