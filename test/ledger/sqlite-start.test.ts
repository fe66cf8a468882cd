import { mkdtempSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { openSqliteDatabase } from '../../src/ledger/database/database.ts';
import { Ledger } from '../../src/ledger/ledger.ts';

test.each(['begin exclusive', 'begin immediate', 'select'])(
  'an instance waits for another that is just setting the same new file up: %s',
  async (lock) => {
    const folder = mkdtempSync(join(tmpdir(), 'usage-sqlite-start-'));
    const path = join(folder, 'usage.db');
    const other = new DatabaseSync(path);
    other.exec('create table other (id); insert into other values (1), (2)');
    const reading = other.prepare('select id from other').iterate();
    if (lock === 'select') reading.next();
    else other.exec(lock);
    const ledger = new Ledger({ database: openSqliteDatabase(path), now: () => new Date(0) });
    onTestFinished(async () => {
      await ledger.close();
      rmSync(folder, { recursive: true, force: true });
    });

    const migrated = ledger.migrate();
    await Promise.race([migrated, sleep(500)]);
    if (lock === 'select') reading.return?.();
    else other.exec('commit');
    other.close();
    await migrated;
    expect(await ledger.readPeriod('default', null)).toBe(null);
  },
);
