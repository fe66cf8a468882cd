import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startMeasured, serviceArgs } from './measured-process.ts';
import { formatTable, median } from './table.ts';

const startCount = 7;

/** Measures the time from a process's start until it answers queries. @returns the report's part */
export async function measureStart(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'usage-api-bench-'));
  try {
    const settings = { PORT: '0', LOG_LEVEL: 'warn', DATABASE_URL: `file:${join(folder, 'usage.db')}` };
    const first = await timeStart(settings);
    const later: number[] = [];
    for (let start = 0; start < startCount; start++) later.push(await timeStart(settings));
    return [
      `From spawn until \`/readyz\` says 200, on the bundled sample; the later ones are the median of ${startCount}. The bar is 3,000 ms on an existing ledger.`,
      formatTable(
        ['start', 'ms'],
        [
          ['on an empty folder, with the first pull', first.toFixed(0)],
          ['on an existing ledger', median(later).toFixed(0)],
          ['… the slowest', Math.max(...later).toFixed(0)],
        ],
      ),
    ].join('\n\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function timeStart(settings: Readonly<Record<string, string>>): Promise<number> {
  const begin = performance.now();
  const server = await startMeasured(serviceArgs, settings);
  while ((await fetch(`${server.url}/readyz`)).status !== 200) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const elapsedMs = performance.now() - begin;
  await server.stop();
  return elapsedMs;
}
