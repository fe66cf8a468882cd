import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openDatabase } from '../../src/ledger/database/database.ts';
import type { TestDatabase } from '../support/databases.ts';
import type { OpenDatabase } from './world.ts';

/** A fresh database that outlives the simulated processes that open it; gone when the test ends. */
export async function makeDisk(testDatabase: TestDatabase): Promise<OpenDatabase> {
  if (testDatabase.name === 'SQLite') return makeFile();
  const url = await testDatabase.databaseUrl();
  if (url !== null) return async () => openDatabase(url);
  // PGlite lives in this process: its one handle serves all of them, and closing is put off.
  const handle = await testDatabase.open();
  return async () => ({ ...handle, close: async () => {} });
}

function makeFile(): OpenDatabase {
  // In memory where the system has such a folder: the simulated crashes are none of the machine, and flushes are slow.
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'usage-simulation-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return async () => openDatabase(`file:${join(folder, 'usage.db')}`);
}
