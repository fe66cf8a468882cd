import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';

import { startMeasured, serviceArgs } from './measured-process.ts';
import { findCapacity, type LoadResult, type OpenLoad, percentile, putLoad } from './open-load.ts';
import { formatTable } from './table.ts';

const query = '{ usage { messages(first: 100) { nodes { id timestamp report { name } creditsUsed } } } }';
const connections = 1_000;
const durationMs = 10_000;
const factors = [0.5, 1, 2, 4];

/**
 * Measures what a user sees while others send several times as many requests as the service can answer. The crowd comes
 * from a thread of its own; the user asks 20 times a second. @returns the report's part
 */
export async function measureOverload(): Promise<string> {
  const service = await startMeasured(serviceArgs, {
    PORT: '0',
    DATABASE_URL: 'memory:',
    LOG_LEVEL: 'fatal',
    // Or the crowd could not send more than the service can answer.
    ANSWER_CACHE_BYTES: '0',
  });
  const rows: string[][] = [];
  try {
    const { url } = service;
    await findCapacity({ url, query, durationMs: 5_000, connections: 20 }); // warm-up
    const capacity = await findCapacity({ url, query, durationMs: 5_000, connections: 20 });
    for (const factor of factors) {
      const load = { url, query, requestsPerSecond: capacity * factor, durationMs, connections };
      const crowd = startCrowd(load);
      await sleep(1_000);
      const user = await putLoad({
        ...load,
        requestsPerSecond: 20,
        durationMs: durationMs - 2_000,
        connections: 100,
      });
      const { statuses, sentCount } = await crowd;
      rows.push([
        `${factor} ×`,
        ((sentCount / durationMs) * 1_000).toFixed(0),
        ...[200, 503, 0].map((status) => String(statuses.get(status) ?? 0)),
        `${user.servedMs.length} of ${user.sentCount}`,
        percentile(user.servedMs, 0.5).toFixed(0),
        percentile(user.servedMs, 0.99).toFixed(0),
        ((await service.read()).residentBytes / 2 ** 20).toFixed(0),
      ]);
      await sleep(3_000);
    }
    return [
      `A steady user among a crowd; the service can answer ${capacity.toFixed(0)} requests a second, all caches off. The bar is a p99 of 1,000 ms at 4 ×.`,
      formatTable(
        [
          'crowd',
          'sent/s',
          'answered',
          'refused',
          'broken',
          'the user’s answered',
          'p50 ms',
          'p99 ms',
          'RSS MiB',
        ],
        rows,
      ),
    ].join('\n\n');
  } finally {
    await service.stop();
  }
}

async function startCrowd(load: OpenLoad): Promise<LoadResult> {
  const worker = new Worker(new URL('load-thread.ts', import.meta.url), { workerData: load });
  const [result]: LoadResult[] = await once(worker, 'message');
  if (result === undefined) throw new Error('the load ended without a result');
  return result;
}
