import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import pg from 'pg';

import { type LargeUpstream, startLargeUpstream } from './many-messages.ts';
import { type MeasuredProcess, startMeasured, serviceArgs } from './measured-process.ts';

/** A service over a ledger of a certain size, which does not pull again while it is measured. */
export interface PreparedService {
  readonly server: MeasuredProcess;
  stop(): Promise<void>;
}

const folder = mkdtempSync(join(tmpdir(), 'usage-api-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const upstreams = new Map<number, LargeUpstream>();

/**
 * Starts the service over that many messages; the first time, this pulls them all.
 * @param databaseUrl null: an embedded file of that size, kept for the whole run.
 */
export async function startPrepared(
  messageCount: number,
  settings: Readonly<Record<string, string>> = {},
  databaseUrl: string | null = null,
): Promise<PreparedService> {
  const upstream = upstreams.get(messageCount) ?? (await startLargeUpstream(messageCount));
  upstreams.set(messageCount, upstream);
  const server = await startMeasured(serviceArgs, {
    PORT: '0',
    LOG_LEVEL: 'warn',
    DATABASE_URL: databaseUrl ?? `file:${join(folder, `${messageCount}.db`)}`,
    UPSTREAM_URL: upstream.url,
    UPSTREAM_TIMEOUT_MS: '600000',
    UPSTREAM_MAX_BYTES: String(2 ** 30),
    SYNC_INTERVAL_MS: '86400000',
    ...settings,
  });
  await waitForPull(server);
  return { server, stop: () => server.stop() };
}

/** Makes an empty database on a PostgreSQL server. @returns its URL */
export async function createDatabase(serverUrl: string, name: string): Promise<string> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}

/** Lets go of the upstreams. */
export async function closeUpstreams(): Promise<void> {
  await Promise.all([...upstreams.values()].map((upstream) => upstream.close()));
  upstreams.clear();
}

/** A first pull that is under way would be measured too. Later ones wait for the interval. */
async function waitForPull({ url }: MeasuredProcess): Promise<void> {
  // Queries would wait for the first pull, and longer than the service lets them.
  while ((await fetch(`${url}/readyz`)).status !== 200) await sleep(200);
}
