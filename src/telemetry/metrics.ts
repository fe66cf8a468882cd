import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Every figure that the service counts about itself, in one Prometheus registry. */
export interface Metrics {
  readonly registry: Registry;
  /** Upstream calls by `endpoint` (`messages`, `report`) and `outcome` (`ok`, `not_found`, `failed`). */
  readonly upstreamCalls: Counter<'endpoint' | 'outcome'>;
  /**
   * Pulls by `outcome`: `changed`, `unchanged`, `failed`, and `elsewhere` for those that were left out because another
   * instance had just pulled the account.
   */
  readonly pulls: Counter<'outcome'>;
  /** Pulls whose lease could not be kept or given back, by `step` (`renewal`, `release`). */
  readonly leaseFaults: Counter<'step'>;
  /** Late prices of closed periods that could not be recorded; a later pull asks for their reports again. */
  readonly latePriceFaults: Counter;
  /** Upstream messages that were set aside instead of counted, by `reason`; each is counted once. */
  readonly messagesSetAside: Counter<'reason'>;
  /** Requests whose credential was refused, by `reason` (`missing`, `expired`, `signature`, `claim_aud`, …). */
  readonly refusedCredentials: Counter<'reason'>;
  /** Subscriptions that are open now. */
  readonly subscriptions: Gauge;
  /** How long requests took, in seconds, by `method`, `route` (its pattern, `none` where none matched) and `status`. */
  readonly requests: Histogram<'method' | 'route' | 'status'>;
}

/** Makes a fresh registry: one for each running service, so that tests do not share counts. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  return {
    registry,
    upstreamCalls: new Counter({
      name: 'usage_upstream_calls_total',
      help: 'Upstream calls by endpoint and outcome.',
      labelNames: ['endpoint', 'outcome'],
      registers,
    }),
    pulls: new Counter({
      name: 'usage_pulls_total',
      help: 'Pulls by outcome.',
      labelNames: ['outcome'],
      registers,
    }),
    leaseFaults: new Counter({
      name: 'usage_lease_faults_total',
      help: 'Pulls whose lease could not be kept or given back, by step.',
      labelNames: ['step'],
      registers,
    }),
    latePriceFaults: new Counter({
      name: 'usage_late_price_faults_total',
      help: 'Late prices of closed periods that could not be recorded.',
      registers,
    }),
    messagesSetAside: new Counter({
      name: 'usage_messages_set_aside_total',
      help: 'Upstream messages that were set aside, by reason.',
      labelNames: ['reason'],
      registers,
    }),
    subscriptions: new Gauge({
      name: 'usage_subscriptions',
      help: 'Subscriptions that are open now.',
      registers,
    }),
    refusedCredentials: new Counter({
      name: 'usage_refused_credentials_total',
      help: 'Requests whose credential was refused, by reason.',
      labelNames: ['reason'],
      registers,
    }),
    requests: new Histogram({
      name: 'usage_http_request_seconds',
      help: 'Duration of HTTP requests by method, route and status.',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    }),
  };
}
