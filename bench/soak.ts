import { startMeasuredService } from './measured-service.ts';
import { findCapacity, percentile, putLoad } from './open-load.ts';

// `node --import tsx bench/soak.ts [SECONDS]`, after a build: memory under steady load, pulls every second included.
const durationMs = Number(process.argv[2] ?? 300) * 1_000;
const stepMs = 5_000;
// The heap finds its size in the first part; only what grows after it is a leak.
const warmUpShare = 0.3;
const mostMiBPerMinute = 1;
const query =
  '{ usage { totals { creditsUsed } messages(first: 50) { nodes { id report { name } creditsUsed } } windows { totals { creditsUsed } } } }';

const service = await startMeasuredService({ SYNC_INTERVAL_MS: '1000' });
try {
  const capacity = await findCapacity({ url: service.url, query, durationMs: 5_000, connections: 20 });
  const samples: { readonly minute: number; readonly mib: number }[] = [];
  const servedMs: number[] = [];
  const begin = performance.now();
  while (performance.now() - begin < durationMs) {
    const load = {
      url: service.url,
      query,
      requestsPerSecond: capacity / 2,
      durationMs: stepMs,
      connections: 50,
    };
    const result = await putLoad(load);
    servedMs.push(...result.servedMs);
    samples.push({ minute: (performance.now() - begin) / 60_000, mib: service.residentMiB() });
  }
  const settled = samples.slice(Math.floor(samples.length * warmUpShare));
  const slope = fitSlope(settled);
  console.log(
    `${(durationMs / 60_000).toFixed(1)} min at ${(capacity / 2).toFixed(0)} requests/s: ${servedMs.length} served, ` +
      `p99 ${percentile(
        servedMs.toSorted((a, b) => a - b),
        0.99,
      ).toFixed(0)} ms; RSS ${settled[0]?.mib.toFixed(0)} → ` +
      `${settled.at(-1)?.mib.toFixed(0)} MiB after warm-up, slope ${slope.toFixed(2)} MiB/min`,
  );
  if (slope > mostMiBPerMinute) process.exitCode = 1;
} finally {
  await service.stop();
}

/** Least squares, in MiB a minute. */
function fitSlope(points: readonly { readonly minute: number; readonly mib: number }[]): number {
  const meanX = points.reduce((sum, { minute }) => sum + minute, 0) / points.length;
  const meanY = points.reduce((sum, { mib }) => sum + mib, 0) / points.length;
  const covariance = points.reduce((sum, { minute, mib }) => sum + (minute - meanX) * (mib - meanY), 0);
  const variance = points.reduce((sum, { minute }) => sum + (minute - meanX) ** 2, 0);
  return covariance / variance;
}
