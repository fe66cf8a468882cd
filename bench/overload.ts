import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';

import { startMeasuredService } from './measured-service.ts';
import { findCapacity, type LoadResult, type OpenLoad, percentile, putLoad } from './open-load.ts';

// `node --import tsx bench/overload.ts`, after a build: what a user sees while others send four times as many
// requests as the service can answer. The crowd comes from a thread of its own; the user asks 20 times a second.
const query = '{ usage { messages(first: 50) { nodes { id timestamp report { name } creditsUsed } } } }';
const connections = 1_000;
const durationMs = 10_000;
const factors = [0.5, 1, 4];

const service = await startMeasuredService({});
try {
  const { url } = service;
  await findCapacity({ url, query, durationMs: 5_000, connections: 20 }); // warm-up
  const capacity = await findCapacity({ url, query, durationMs: 5_000, connections: 20 });
  console.log(`sustainable: ${capacity.toFixed(0)} requests/s`);
  for (const factor of factors) {
    const crowd = startCrowd({ url, query, requestsPerSecond: capacity * factor, durationMs, connections });
    await sleep(1_000);
    const user = await putLoad({
      url,
      query,
      requestsPerSecond: 20,
      durationMs: durationMs - 2_000,
      connections: 100,
    });
    const { statuses, sentCount } = await crowd;
    console.log(
      `${factor} × that, ${((sentCount / durationMs) * 1_000).toFixed(0)} requests/s sent: ` +
        `${statuses.get(200) ?? 0} answered, ${statuses.get(503) ?? 0} refused, ${statuses.get(0) ?? 0} broken; ` +
        `the user: ${user.servedMs.length} answered, ${user.statuses.get(503) ?? 0} refused, ` +
        `answered within p50 ${percentile(user.servedMs, 0.5).toFixed(0)} ms, ` +
        `p99 ${percentile(user.servedMs, 0.99).toFixed(0)} ms`,
    );
  }
} finally {
  await service.stop();
}

async function startCrowd(load: OpenLoad): Promise<LoadResult> {
  const worker = new Worker(new URL('load-thread.ts', import.meta.url), { workerData: load });
  const [result]: LoadResult[] = await once(worker, 'message');
  if (result === undefined) throw new Error('the load ended without a result');
  return result;
}
