import type { FastifyInstance, FastifyRequest } from 'fastify';
import { collectDefaultMetrics } from 'prom-client';

import type { Metrics } from '../telemetry/metrics.ts';
import { operatorAccount } from './guards/account.ts';
import { type ApiKey, createApiKeyLookup } from './guards/api-keys.ts';
import { isCalledByOwnName } from './guards/host-check.ts';
import type { RateLimiter } from './guards/rate-limit.ts';
import { unauthenticated } from './refusal.ts';

/** What `/metrics` is served with. */
export interface MetricsEndpointOptions {
  readonly metrics: Metrics;
  /** Keys of the account `ops` among these may read from afar. */
  readonly apiKeys: readonly ApiKey[];
  readonly countRefusal: RateLimiter;
}

/** Serves `/metrics` to this machine by its own names, and to the keys of the account `ops`. Times every request from now on. */
export function addMetricsEndpoint(
  app: FastifyInstance,
  { metrics, apiKeys, countRefusal }: MetricsEndpointOptions,
): void {
  collectDefaultMetrics({ register: metrics.registry });
  const lookup = createApiKeyLookup(apiKeys.filter(({ account }) => account === operatorAccount));

  app.addHook('onResponse', (request, reply, done) => {
    // The route's pattern, never the path: a client that makes up paths must not make up series.
    const labels = { method: request.method, route: request.routeOptions.url ?? 'none' };
    metrics.requests.observe({ ...labels, status: reply.statusCode }, reply.elapsedTime / 1_000);
    done();
  });

  app.get('/metrics', { config: { open: true } }, async (request, reply) => {
    const key = request.headers['x-api-key'];
    const isOperator = typeof key === 'string' && lookup(key) !== null;
    if (!isOperator && !isFromThisMachine(request)) {
      await countRefusal(request);
      throw unauthenticated();
    }
    return reply.type(metrics.registry.contentType).send(await metrics.registry.metrics());
  });
}

const loopback = /^(::1|(::ffff:)?127\.\d+\.\d+\.\d+)$/;
const forwardingHeaders = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'];

/**
 * Whether the peer itself is here, rather than a proxy here that speaks for somebody elsewhere, or a browser here with
 * the page of somebody whose name leads to 127.0.0.1.
 */
function isFromThisMachine(request: FastifyRequest): boolean {
  return (
    loopback.test(request.socket.remoteAddress ?? '') &&
    isCalledByOwnName(request) &&
    !forwardingHeaders.some((name) => request.headers[name] !== undefined)
  );
}
