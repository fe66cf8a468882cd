import { existsSync } from 'node:fs';

import { Credits } from '../billing/credits.ts';
import { InvalidConfig, loadDatabaseUrl } from '../config.ts';
import { auditLedger, AuditRefused } from '../ledger/audit/audit.ts';
import type { Difference, Figure } from '../ledger/audit/figures.ts';
import { openDatabase } from '../ledger/database/database.ts';
import { DatabaseUnavailable } from '../ledger/database/database-unavailable.ts';

// npm run audit: recomputes every stored figure of the ledger that DATABASE_URL names, while the service runs.
await run().catch((error: unknown) => {
  if (error instanceof AuditRefused || error instanceof DatabaseUnavailable) fail(error.message);
  else if (error instanceof InvalidConfig) fail(error.faults.join('; '));
  else throw error;
});

async function run(): Promise<void> {
  const databaseUrl = await loadDatabaseUrl(process.env);
  if (databaseUrl === 'memory:')
    throw new AuditRefused({ reason: 'a ledger in memory ends with its service' });
  const path = databaseUrl.startsWith('file:') ? databaseUrl.slice('file:'.length) : null;
  if (path !== null && !existsSync(path))
    throw new AuditRefused({ reason: `there is no database at ${path}` });

  const database = openDatabase(databaseUrl);
  try {
    const { checkedCount, differingCount } = await auditLedger(database, (difference) =>
      console.log(describe(difference)),
    );
    console.log(`${checkedCount} figures checked, ${differingCount} differ`);
    if (differingCount > 0) process.exitCode = 1;
  } finally {
    await database.close();
  }
}

function describe({ account, row, column, stored, recomputed }: Difference): string {
  return `${account} ${row} ${column}: stored ${show(column, stored)}, recomputed ${show(column, recomputed)}`;
}

function show(column: string, figure: Figure): string {
  if (column === 'credits' && typeof figure === 'number') return Credits.fromUnits(figure).toString();
  return figure === null ? 'none' : String(figure);
}

function fail(reason: string): void {
  console.error(`Nothing was audited: ${reason}.`);
  process.exitCode = 1;
}
