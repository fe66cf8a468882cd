import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startLargeUpstream } from './many-messages.ts';
import { startMeasured, serviceArgs } from './measured-process.ts';
import { formatTable } from './table.ts';

const counts = [10_000, 100_000] as const;

/** Measures how long a first pull takes: read, priced, recorded and flushed. @returns the report's part */
export async function measureSync(): Promise<string> {
  const rows: string[][] = [];
  for (const count of counts) {
    const folder = mkdtempSync(join(tmpdir(), 'usage-api-bench-'));
    const upstream = await startLargeUpstream(count);
    try {
      const server = await startMeasured(serviceArgs, {
        PORT: '0',
        LOG_LEVEL: 'warn',
        DATABASE_URL: `file:${join(folder, 'usage.db')}`,
        UPSTREAM_URL: upstream.url,
        UPSTREAM_TIMEOUT_MS: '120000',
      });
      const begin = performance.now();
      while ((await fetch(`${server.url}/readyz`)).status !== 200) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      const elapsedMs = performance.now() - begin;
      const { residentBytes } = await server.read();
      await server.stop();
      rows.push([
        count.toLocaleString('en'),
        (elapsedMs / 1_000).toFixed(1),
        ((count / elapsedMs) * 1_000).toFixed(0),
        (residentBytes / 2 ** 20).toFixed(0),
      ]);
    } finally {
      await upstream.close();
      rmSync(folder, { recursive: true });
    }
  }
  return [
    'New messages pulled over HTTP, priced and recorded in one transaction on the embedded database, from the ready block until `/readyz` says 200. The bar is 10 s for 100,000.',
    formatTable(['messages', 's', 'messages/s', 'RSS MiB'], rows),
  ].join('\n\n');
}
