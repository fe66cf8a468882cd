import { startMeasured, serviceArgs } from './measured-process.ts';
import { findCapacity, percentile, putLoad } from './open-load.ts';

const durationMs = 300_000;
const stepMs = 5_000;
// The heap finds its size in the first part; only what grows after it is a leak.
const warmUpShare = 0.3;
const query =
  '{ usage { totals { creditsUsed } messages(first: 50) { nodes { id report { name } creditsUsed } } windows { totals { creditsUsed } } } }';

/** Measures memory under five minutes of steady load, with a pull every second. @returns the report's part */
export async function measureSoak(): Promise<string> {
  const service = await startMeasured(serviceArgs, {
    PORT: '0',
    DATABASE_URL: 'memory:',
    LOG_LEVEL: 'error',
    SYNC_INTERVAL_MS: '1000',
    // Every answer is worked out anew.
    ANSWER_CACHE_BYTES: '0',
  });
  try {
    const capacity = await findCapacity({ url: service.url, query, durationMs: 5_000, connections: 20 });
    const samples: { readonly minute: number; readonly mib: number }[] = [];
    const servedMs: number[] = [];
    let sentCount = 0;
    const begin = performance.now();
    while (performance.now() - begin < durationMs) {
      const result = await putLoad({
        url: service.url,
        query,
        requestsPerSecond: capacity / 2,
        durationMs: stepMs,
        connections: 50,
      });
      sentCount += result.sentCount;
      servedMs.push(...result.servedMs);
      const { residentBytes } = await service.read();
      samples.push({ minute: (performance.now() - begin) / 60_000, mib: residentBytes / 2 ** 20 });
    }
    const settled = samples.slice(Math.floor(samples.length * warmUpShare));
    const p99Ms = percentile(
      servedMs.toSorted((a, b) => a - b),
      0.99,
    );
    return (
      `${(durationMs / 60_000).toFixed(0)} minutes at half of what the service can answer with all caches off, a pull every second: ` +
      `${servedMs.length} of ${sentCount} requests served (${(capacity / 2).toFixed(0)} a second), p99 ${p99Ms.toFixed(0)} ms. ` +
      `RSS after warm-up ${settled[0]?.mib.toFixed(0)} MiB, at the end ${settled.at(-1)?.mib.toFixed(0)} MiB, ` +
      `slope ${fitSlope(settled).toFixed(2)} MiB a minute. The bar is 1 MiB a minute.`
    );
  } finally {
    await service.stop();
  }
}

/** Least squares, in MiB a minute. */
function fitSlope(points: readonly { readonly minute: number; readonly mib: number }[]): number {
  const meanX = points.reduce((sum, { minute }) => sum + minute, 0) / points.length;
  const meanY = points.reduce((sum, { mib }) => sum + mib, 0) / points.length;
  const covariance = points.reduce((sum, { minute, mib }) => sum + (minute - meanX) * (mib - meanY), 0);
  const variance = points.reduce((sum, { minute }) => sum + (minute - meanX) ** 2, 0);
  return covariance / variance;
}
