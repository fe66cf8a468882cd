import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { createPostgresServer, findPostgres } from '../test/faults/postgres-server.ts';
import { startLargeUpstream } from './many-messages.ts';
import { startMeasured, serviceArgs } from './measured-process.ts';
import { createDatabase } from './prepared-ledgers.ts';
import { formatTable } from './table.ts';

const counts = [10_000, 100_000, 1_000_000] as const;

/** Measures how long a first pull takes: read, priced, recorded and flushed. @returns the report's part */
export async function measureSync(): Promise<string> {
  const rows: string[][] = [];
  for (const count of counts) {
    const folder = mkdtempSync(join(tmpdir(), 'usage-api-bench-'));
    rows.push(await measurePull('SQLite', count, `file:${join(folder, 'usage.db')}`));
    rmSync(folder, { recursive: true });
  }
  const bin = findPostgres();
  if (bin !== null) {
    const server = await createPostgresServer(bin);
    try {
      await server.start();
      for (const count of counts) {
        rows.push(await measurePull('PostgreSQL', count, await createDatabase(server.url, `sync_${count}`)));
      }
    } finally {
      await server.remove();
    }
  }
  return [
    'New messages pulled over HTTP, priced and recorded in one transaction, from the ready block until `/readyz` says 200. The bars: 10 s for 100,000 on the embedded database; at 1,000,000 a peak of 600 MB and no stall of the event loop over 200 ms.',
    formatTable(['database', 'messages', 's', 'messages/s', 'peak RSS MB', 'longest stall ms'], rows),
    ...(bin === null ? ['PostgreSQL is not installed here, so it was not measured.'] : []),
  ].join('\n\n');
}

async function measurePull(name: string, count: number, databaseUrl: string): Promise<string[]> {
  const upstream = await startLargeUpstream(count);
  try {
    const server = await startMeasured(serviceArgs, {
      PORT: '0',
      LOG_LEVEL: 'warn',
      DATABASE_URL: databaseUrl,
      UPSTREAM_URL: upstream.url,
      UPSTREAM_TIMEOUT_MS: '120000',
    });
    // How long it stood still while it started is another matter.
    await server.read();
    const begin = performance.now();
    while ((await fetch(`${server.url}/readyz`)).status !== 200) await sleep(20);
    const elapsedMs = performance.now() - begin;
    const { maxResidentBytes, maxStallMs } = await server.read();
    await server.stop();
    console.log(`sync: ${count.toLocaleString('en')} messages into ${name} are done`);
    return [
      name,
      count.toLocaleString('en'),
      (elapsedMs / 1_000).toFixed(1),
      ((count / elapsedMs) * 1_000).toFixed(0),
      (maxResidentBytes / 1e6).toFixed(0),
      maxStallMs.toFixed(0),
    ];
  } finally {
    await upstream.close();
  }
}
