import { type Migration, Migrator } from 'kysely/migration';

import type { Log } from '../../telemetry/log.ts';
import type { Database } from './database.ts';
import { createLedger } from './migrations/0001-ledger.ts';
import { indexAskedAccounts } from './migrations/0002-asked-accounts.ts';
import { addPullTimes } from './migrations/0003-pull-times.ts';
import { addMeasures } from './migrations/0004-measures.ts';
import { countSetAside } from './migrations/0005-set-aside.ts';

/**
 * Brings the tables up to date. Safe when several instances start at once: one migrates, the others wait.
 * @param log where is told what the upgrade of an old ledger found; null: nowhere.
 * @throws the first migration's error; what it did is rolled back.
 */
export async function migrate({ writes, kind }: Database, log: Log | null): Promise<void> {
  // In order, by name. Each stands in a file of its own, with its statements written out: it must do the same for ever.
  const migrations: Record<string, Migration> = {
    '0001-ledger': { up: (db) => createLedger(db, kind) },
    '0002-asked-accounts': { up: indexAskedAccounts },
    '0003-pull-times': { up: addPullTimes },
    '0004-measures': { up: (db) => addMeasures(db, kind, log) },
    '0005-set-aside': { up: countSetAside },
  };
  const migrator = new Migrator({ db: writes, provider: { getMigrations: async () => migrations } });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
}
