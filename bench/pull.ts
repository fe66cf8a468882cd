import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { startLargeUpstream } from './many-messages.ts';
import { type MeasuredProcess, serviceArgs, startMeasured } from './measured-process.ts';
import { formatTable } from './table.ts';

const counts = [60, 10_000, 100_000] as const;
const measuredMs = 10_000;
const minPulls = 5;

/** Measures the CPU time of pulls that find the list that is recorded already. @returns the report's part */
export async function measurePulls(): Promise<string> {
  const rows: string[][] = [];
  for (const count of counts) rows.push(await measureUnchanged(count));
  return [
    'Pulls of a list that has not changed since the last one, on the embedded database: CPU time of the whole process for each, the download included.',
    formatTable(['messages', 'pulls', 'CPU ms a pull'], rows),
  ].join('\n\n');
}

async function measureUnchanged(count: number): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'usage-api-bench-'));
  const upstream = await startLargeUpstream(count);
  try {
    const server = await startMeasured(serviceArgs, {
      PORT: '0',
      LOG_LEVEL: 'warn',
      DATABASE_URL: `file:${join(folder, 'usage.db')}`,
      UPSTREAM_URL: upstream.url,
      UPSTREAM_TIMEOUT_MS: '120000',
      SYNC_INTERVAL_MS: '50',
    });
    while ((await fetch(`${server.url}/readyz`)).status !== 200) await sleep(100);
    await waitForPulls(server, 1);
    const first = { pulls: await countUnchanged(server), ...(await server.read()) };
    await sleep(measuredMs);
    await waitForPulls(server, first.pulls + minPulls);
    const last = { pulls: await countUnchanged(server), ...(await server.read()) };
    await server.stop();
    const pulls = last.pulls - first.pulls;
    return [
      count.toLocaleString('en'),
      String(pulls),
      ((last.cpuUs - first.cpuUs) / 1_000 / pulls).toFixed(1),
    ];
  } finally {
    await upstream.close();
    rmSync(folder, { recursive: true });
  }
}

async function waitForPulls(server: MeasuredProcess, pulls: number): Promise<void> {
  while ((await countUnchanged(server)) < pulls) await sleep(100);
}

async function countUnchanged({ url }: MeasuredProcess): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  return Number(/^usage_pulls_total\{outcome="unchanged"\} (\d+)$/m.exec(metrics)?.[1] ?? '0');
}
