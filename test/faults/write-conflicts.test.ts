import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterAll, describe, expect, test } from 'vitest';
import { DatabaseUnavailable } from '../../src/ledger/database/database-unavailable.ts';
import { openDatabase, openSqliteDatabase } from '../../src/ledger/database/database.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import { openSqlite } from '../../src/ledger/database/sqlite-connection.ts';
import { retryConflicts } from '../../src/ledger/database/write-conflict.ts';
import { ledgerPlaces } from './ledger-places.ts';

const folder = mkdtempSync(join(tmpdir(), 'usage-conflicts-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a write that finds the embedded file locked is done again, five times at most', async () => {
  const path = join(folder, 'locked.db');
  const holder = openSqlite(path, { readOnly: false, lockWaitMs: 0 });
  const waiter = openSqlite(path, { readOnly: false, lockWaitMs: 0 });
  holder.execute('begin immediate', []);
  let tries = 0;
  const write = async (): Promise<void> => {
    tries += 1;
    waiter.execute('begin immediate', []);
  };
  await expect(retryConflicts(write)).rejects.toThrow(/database is locked/);
  expect(tries).toBe(5);

  tries = 0;
  const done = retryConflicts(write);
  await sleep(10);
  holder.execute('commit', []);
  await done;
  expect(tries).toBeGreaterThan(1);
  holder.close();
  waiter.close();
});

test('what is no conflict is not tried again', async () => {
  let tries = 0;
  const write = async (): Promise<void> => {
    tries += 1;
    throw new DatabaseUnavailable({ reason: 'the disk is full' });
  };
  await expect(retryConflicts(write)).rejects.toThrow(/the disk is full/);
  expect(tries).toBe(1);
});

test('an embedded database whose thread has died is opened anew', async () => {
  const lost = join(folder, 'lost');
  const database = openSqliteDatabase(join(lost, 'usage.db'));
  const ledger = new Ledger({ database, now: () => new Date(0) });
  // The thread cannot open its file, and ends.
  rmSync(lost, { recursive: true });
  await expect(ledger.migrate()).rejects.toThrow(DatabaseUnavailable);
  mkdirSync(lost);
  await ledger.migrate();
  await ledger.ping();
  const lease = await ledger.takeLease('acme');
  expect(lease).not.toBeNull();
  await lease?.release();
  await ledger.close();
});

const servers = ledgerPlaces.filter(({ name }) => name === 'one PostgreSQL');
describe.each(servers)('two transactions that lock each other out on $name', (place) => {
  test('both get done: the one that PostgreSQL gives up is done again', async () => {
    const database = openDatabase(await place.createUrl());
    await sql`create table pairs (id int primary key, touched int not null)`.execute(database.writes);
    await sql`insert into pairs values (1, 0), (2, 0)`.execute(database.writes);
    let tries = 0;
    const touch = (first: number, second: number): Promise<void> =>
      retryConflicts(() =>
        database.writes.transaction().execute(async (trx) => {
          tries += 1;
          await sql`update pairs set touched = touched + 1 where id = ${first}`.execute(trx);
          await sleep(100);
          await sql`update pairs set touched = touched + 1 where id = ${second}`.execute(trx);
        }),
      );
    await Promise.all([touch(1, 2), touch(2, 1)]);
    const { rows } = await sql<{ touched: number }>`select touched from pairs`.execute(database.writes);
    expect(rows).toEqual([{ touched: 2 }, { touched: 2 }]);
    expect(tries).toBeGreaterThan(2);
    await database.close();
  });
});
