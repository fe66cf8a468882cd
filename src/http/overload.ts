import underPressure from '@fastify/under-pressure';
import type { FastifyInstance } from 'fastify';

import { overloaded } from './refusal.ts';

/** When requests are turned away. */
export interface OverloadLimits {
  /** How long one turn of the event loop may serve requests before it refuses the rest; 0: for ever. */
  readonly eventLoopDelayMs: number;
}

const sampleIntervalMs = 200;
// One stall alone is no overload: the first queries after a start take that long. Two within this time are.
const forgivenessMs = 5_000;
const tickMs = 10;
const retryAfterSeconds = 2;

/**
 * Answers 503 to new requests while the process has more to do than it can: an answer that comes late is worth less
 * than a clear word now. Health and metrics are answered always, for operators need them most then.
 */
export async function addOverloadProtection(
  app: FastifyInstance,
  { eventLoopDelayMs }: OverloadLimits,
): Promise<void> {
  if (eventLoopDelayMs === 0) return;
  const isSustained = watchRepetition();
  await app.register(underPressure, {
    // Above what full turns come to: then even refusing takes too long, or something else does.
    maxEventLoopDelay: 2 * eventLoopDelayMs,
    sampleInterval: sampleIntervalMs,
    // A rejected promise reaches the server's error handler, which knows each client's shape of errors.
    pressureHandler: async (request) => {
      if (request.routeOptions.config.open !== true && isSustained()) throw overloaded(retryAfterSeconds);
    },
  });
  // Samples come too late for a burst: all that arrived since the last turn of the event loop is served in one turn.
  const spentMs = watchTurns(app);
  app.addHook('onRequest', async (request) => {
    if (spentMs() > eventLoopDelayMs && request.routeOptions.config.open !== true)
      throw overloaded(retryAfterSeconds);
  });
}

/** @returns whether what is told with each call goes on for longer than one sample. */
function watchRepetition(): () => boolean {
  let firstMetMs = Number.NEGATIVE_INFINITY;
  let lastMetMs = Number.NEGATIVE_INFINITY;
  return () => {
    const nowMs = performance.now();
    if (nowMs - lastMetMs > forgivenessMs) firstMetMs = nowMs;
    lastMetMs = nowMs;
    return nowMs - firstMetMs > sampleIntervalMs;
  };
}

/** @returns how long the event loop has been in its present turn, in ms and to a tick: timers come before requests. */
function watchTurns(app: FastifyInstance): () => number {
  let tickedAtMs = performance.now();
  const timer = setInterval(() => {
    tickedAtMs = performance.now();
  }, tickMs).unref();
  app.addHook('onClose', async () => clearInterval(timer));
  return () => performance.now() - tickedAtMs - tickMs;
}
