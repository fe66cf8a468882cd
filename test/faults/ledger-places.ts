import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import pg from 'pg';
import { createPostgresServer, findPostgres, type PostgresServer } from './postgres-server.ts';

/** A kind of database that several processes can share. */
export interface LedgerPlace {
  readonly name: 'one embedded file' | 'one PostgreSQL';
  /** A DATABASE_URL of a fresh, empty database; gone when the test file ends. */
  createUrl(): Promise<string>;
}

const bin = findPostgres();
if (bin === null)
  console.log('no PostgreSQL programs under /usr/lib/postgresql: its faults are not tested here');

let started: Promise<PostgresServer> | null = null;
const folders: string[] = [];
let databaseCount = 0;

afterAll(async () => {
  await (await started)?.remove();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** An embedded file, and a real PostgreSQL where its programs are installed. */
export const ledgerPlaces: readonly LedgerPlace[] = [
  { name: 'one embedded file', createUrl: createFileUrl },
  ...(bin === null ? [] : [{ name: 'one PostgreSQL', createUrl: () => createServerUrl(bin) } as const]),
];

async function createFileUrl(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'usage-faults-'));
  folders.push(folder);
  return `file:${join(folder, 'usage.db')}`;
}

async function startServer(programs: string): Promise<PostgresServer> {
  const server = await createPostgresServer(programs);
  await server.start();
  return server;
}

async function createServerUrl(programs: string): Promise<string> {
  // Concurrent tests wait for one server.
  started ??= startServer(programs);
  const server = await started;
  const name = `usage_${++databaseCount}`;
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  const url = new URL(server.url);
  url.pathname = `/${name}`;
  return url.href;
}
