import { type Kysely, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';

import type { Log } from '../../telemetry/log.ts';
import type { Database } from './database.ts';
import type { Tables } from './tables.ts';
import { createLedger } from './migrations/0001-ledger.ts';
import { indexAskedAccounts } from './migrations/0002-asked-accounts.ts';
import { addPullTimes } from './migrations/0003-pull-times.ts';
import { addMeasures } from './migrations/0004-measures.ts';
import { countSetAside } from './migrations/0005-set-aside.ts';
import { addRollUp } from './migrations/0006-roll-up.ts';
import { keyTexts } from './migrations/0007-text-keys.ts';
import { addListVersions } from './migrations/0008-list-versions.ts';
import { addUpstreams } from './migrations/0009-upstreams.ts';

/**
 * Brings the tables up to date. Safe when several instances start at once: one migrates, the others wait.
 * @param log where is told what the upgrade of an old ledger found; null: nowhere.
 * @throws the first migration's error; what it did is rolled back.
 */
export async function migrate({ writes, kind }: Database, log: Log | null): Promise<void> {
  const provider = { getMigrations: async () => listMigrations(kind, log) };
  const { error } = await new Migrator({ db: writes, provider }).migrateToLatest();
  if (error !== undefined) throw error;
}

/** What a database holds, for this version: no ledger at all, one of its own making, or one of another version. */
export type LedgerState = 'none' | 'current' | 'older' | 'newer';

/** Tells the state of a database's tables, and changes nothing. */
export async function readLedgerState(db: Kysely<Tables>): Promise<LedgerState> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some(({ name }) => name === 'kysely_migration')) return 'none';
  const { rows } = await sql<{ name: string }>`select name from kysely_migration`.execute(db);
  const done = new Set(rows.map(({ name }) => name));
  const known = Object.keys(listMigrations('sqlite', null));
  if ([...done].some((name) => !known.includes(name))) return 'newer';
  return known.every((name) => done.has(name)) ? 'current' : 'older';
}

/** In order, by name. Each stands in a file of its own, with its statements written out: it must do the same for ever. */
function listMigrations(kind: Database['kind'], log: Log | null): Record<string, Migration> {
  return {
    '0001-ledger': { up: (db) => createLedger(db, kind) },
    '0002-asked-accounts': { up: indexAskedAccounts },
    '0003-pull-times': { up: addPullTimes },
    '0004-measures': { up: (db) => addMeasures(db, kind, log) },
    '0005-set-aside': { up: countSetAside },
    '0006-roll-up': { up: (db) => addRollUp(db, kind) },
    '0007-text-keys': { up: (db) => keyTexts(db, kind) },
    '0008-list-versions': { up: addListVersions },
    '0009-upstreams': { up: addUpstreams },
  };
}
