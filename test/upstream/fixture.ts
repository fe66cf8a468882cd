import { afterEach } from 'vitest';
import type { UpstreamUnavailable } from '../../src/upstream/errors.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { createMetrics, type Metrics } from '../../src/telemetry/metrics.ts';
import {
  createUpstream,
  type MessageBatch,
  type Upstream,
  type UpstreamOptions,
} from '../../src/upstream/upstream.ts';
import { type ScriptedUpstream, startScriptedUpstream } from '../support/scripted-upstream.ts';

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** A scripted vendor and a client of it, closed after the test. */
export interface Fixture {
  readonly vendor: ScriptedUpstream;
  readonly upstream: Upstream;
  readonly metrics: Metrics;
}

/** Starts both. `pathOfBase` is appended to the vendor's URL; the jitter is none unless told otherwise. */
export async function startFixture(
  options: Partial<Omit<UpstreamOptions, 'baseUrl' | 'metrics'>> & {
    readonly pathOfBase?: string;
  } = {},
): Promise<Fixture> {
  const { pathOfBase = '', ...rest } = options;
  const vendor = await startScriptedUpstream();
  const metrics = createMetrics();
  const upstream = createUpstream({
    baseUrl: vendor.url + pathOfBase,
    timeoutMs: 2000,
    maxBytes: 50_000_000,
    log: createLog('silent'),
    metrics,
    random: () => 0,
    ...rest,
  });
  closers.push(
    () => upstream.close(),
    () => vendor.close(),
  );
  return { vendor, upstream, metrics };
}

/** Reads the whole period into one batch. */
export async function collectMessages(upstream: Upstream, account = 'default'): Promise<MessageBatch> {
  const batches: MessageBatch[] = [];
  for await (const batch of upstream.readMessages(account)) batches.push(batch);
  return {
    messages: batches.flatMap((batch) => batch.messages),
    invalid: batches.flatMap((batch) => batch.invalid),
  };
}

/** What the call throws; a promise that resolves is the test's failure. */
export async function catchError(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
  } catch (error) {
    return error;
  }
  throw new Error('The call did not fail');
}

/** The shape by which tests know an unavailable upstream. */
export function unavailable(reason: UpstreamUnavailable['reason']): object {
  return { name: 'UpstreamUnavailable', reason };
}

/** A valid message of the vendor, with `changes`. */
export function rawMessage(changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return { id: 1000, timestamp: '2024-04-29T02:08:29.375Z', text: 'aba', ...changes };
}
