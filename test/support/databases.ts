import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { PGliteDialect } from 'kysely';
import pg from 'pg';
import { afterAll } from 'vitest';
import {
  createPostgresDatabase,
  type Database,
  openDatabase,
  openSqliteDatabase,
} from '../../src/ledger/database/database.ts';

/** A kind of database that tests run on. Whatever is left open is removed when the test file ends. */
export interface TestDatabase {
  readonly name: 'SQLite' | 'PGlite' | 'PostgreSQL';
  /** A fresh, empty database, gone once closed. More than one may be open. */
  open(): Promise<Database>;
  /** Several handles on one fresh, empty database, as several instances of the service have. */
  openHandles(count: number): Promise<readonly Database[]>;
  /** A DATABASE_URL of a fresh, empty database for the rest of the test file; null on PGlite, which has none. */
  databaseUrl(): Promise<string | null>;
}

/** Where one database lives. */
interface Place {
  readonly url: string | null;
  connect(): Database;
  remove(): Promise<void>;
}

const serverUrl = process.env['TEST_POSTGRES_URL'] ?? '';

/** SQLite and one PostgreSQL: the server of TEST_POSTGRES_URL, else PGlite. For `describe.each(testDatabases)`. */
export const testDatabases: readonly TestDatabase[] = [
  testDatabase('SQLite', createFilePlace),
  serverUrl === ''
    ? testDatabase('PGlite', createPglitePlace)
    : testDatabase('PostgreSQL', () => createServerPlace(serverUrl)),
];

const leftovers = new Set<() => Promise<void>>();

afterAll(async () => {
  await Promise.all([...leftovers].map((remove) => remove()));
  await Promise.all(idlePglites.splice(0).map((pglite) => pglite.close()));
});

function testDatabase(name: TestDatabase['name'], create: () => Place | Promise<Place>): TestDatabase {
  async function openHandles(count: number): Promise<readonly Database[]> {
    const place = await create();
    const handles = Array.from({ length: count }, () => place.connect());
    const open = new Set(handles);
    let closedCount = 0;
    const close = async (handle: Database): Promise<void> => {
      if (!open.delete(handle)) return;
      await handle.close();
      closedCount += 1;
      if (closedCount < count) return;
      leftovers.delete(closeAll);
      await place.remove();
    };
    const closeAll = async (): Promise<void> => {
      for (const handle of handles) await close(handle);
    };
    leftovers.add(closeAll);
    return handles.map((handle): Database => Object.assign({ ...handle }, { close: () => close(handle) }));
  }

  return {
    name,
    openHandles,
    async open() {
      const [database] = await openHandles(1);
      if (database === undefined) throw new Error('one handle was asked for, none was opened');
      return database;
    },
    async databaseUrl() {
      if (name === 'PGlite') return null;
      const place = await create();
      leftovers.add(() => place.remove());
      return place.url;
    },
  };
}

function createFilePlace(): Place {
  const folder = mkdtempSync(join(tmpdir(), 'usage-test-'));
  const path = join(folder, 'usage.db');
  return {
    url: `file:${path}`,
    connect: () => openSqliteDatabase(path),
    remove: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function createServerPlace(baseUrl: string): Promise<Place> {
  const name = `usage_test_${randomUUID().replaceAll('-', '')}`;
  const url = new URL(baseUrl);
  url.pathname = `/${name}`;
  await runOnServer(baseUrl, `create database ${name}`);
  return {
    url: url.href,
    connect: () => openDatabase(url.href),
    async remove() {
      // Unforced, the server waits for connections that are just closing, rather than break them.
      await runOnServer(baseUrl, `drop database if exists ${name}`).catch(() =>
        runOnServer(baseUrl, `drop database if exists ${name} with (force)`),
      );
    },
  };
}

async function runOnServer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

// Starting a PGlite costs about a second, emptying one some milliseconds: each is used again and again.
const idlePglites: PGlite[] = [];

async function createPglitePlace(): Promise<Place> {
  const pglite = idlePglites.pop() ?? (await PGlite.create());
  await pglite.exec('drop schema public cascade; create schema public');
  return {
    url: null,
    connect: () => ({
      ...createPostgresDatabase(new PGliteDialect({ pglite })),
      // Kysely would end the PGlite.
      close: async () => {},
    }),
    remove: async () => {
      idlePglites.push(pglite);
    },
  };
}
