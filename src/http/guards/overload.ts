import underPressure from '@fastify/under-pressure';
import type { FastifyInstance } from 'fastify';

import { overloaded } from '../refusal.ts';
import { TurnQueue } from './turn-queue.ts';

/** When requests are turned away. */
export interface OverloadLimits {
  /**
   * How long a request may stand in line until its work begins; 0: for ever, and none is refused. However long they stood
   * there, requests are also refused while the event loop itself runs later than twice this, twice within 5 s.
   */
  readonly eventLoopDelayMs: number;
}

const sampleIntervalMs = 200;
// One stall alone is no overload: the first queries after a start take that long. Two within this time are.
const forgivenessMs = 5_000;
const retryAfterSeconds = 2;

/**
 * Answers 503 to requests while the process has more to do than it can: an answer that comes late is worth less than a
 * clear word now. Health and metrics are answered always, for operators need them most then.
 */
export async function addOverloadProtection(
  app: FastifyInstance,
  { eventLoopDelayMs }: OverloadLimits,
): Promise<void> {
  if (eventLoopDelayMs === 0) return;
  const isSustained = watchRepetition();
  await app.register(underPressure, {
    // The queue below keeps turns of the event loop short: where one takes this long, something else holds it.
    maxEventLoopDelay: 2 * eventLoopDelayMs,
    sampleInterval: sampleIntervalMs,
    // A rejected promise reaches the server's error handler, which knows each client's shape of errors.
    pressureHandler: async (request) => {
      if (request.routeOptions.config.open !== true && isSustained()) throw overloaded(retryAfterSeconds);
    },
  });
  const queue = new TurnQueue();
  app.addHook('onRequest', (request, _reply, done) => {
    if (request.routeOptions.config.open === true) return done();
    const mayWait = queue.enter(request.raw.socket, (waitedMs) =>
      waitedMs > eventLoopDelayMs ? done(overloaded(retryAfterSeconds)) : done(),
    );
    if (!mayWait) done(overloaded(retryAfterSeconds));
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
