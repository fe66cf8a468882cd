import { openDatabase } from '../../src/ledger/database.ts';
import type { TestDatabase } from '../support/databases.ts';
import type { OpenDatabase } from './world.ts';

/** A fresh database that outlives the simulated processes that open it; gone when the test file ends. */
export async function makeDisk(testDatabase: TestDatabase): Promise<OpenDatabase> {
  const url = await testDatabase.databaseUrl();
  if (url !== null) return async () => openDatabase(url);
  // PGlite lives in this process: its one handle is opened for all of them, and each closing is put off.
  const handle = await testDatabase.open();
  return async () => ({ ...handle, close: async () => {} });
}
