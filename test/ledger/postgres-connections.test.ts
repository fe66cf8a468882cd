import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from '../../src/ledger/database/database.ts';
import { DatabaseUnavailable } from '../../src/ledger/database/database-unavailable.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import { findPgBouncer, type PgBouncer, startPgBouncer } from '../faults/pgbouncer.ts';
import { createPostgresServer, findPostgres, type PostgresServer } from '../faults/postgres-server.ts';

const bin = findPostgres();
const pgbouncer = findPgBouncer();

async function isEncrypted(url: string): Promise<boolean> {
  const database = openDatabase(url);
  try {
    const { rows } = await sql<{ ssl: boolean }>`
      select ssl from pg_stat_ssl where pid = pg_backend_pid()`.execute(database.reads);
    return rows[0]?.ssl === true;
  } finally {
    await database.close();
  }
}

describe.skipIf(bin === null)('a PostgreSQL server that offers TLS', () => {
  let server: PostgresServer;
  let folder = '';
  const url = (parameters: string, host = '127.0.0.1') =>
    `postgres://postgres@${host}:${server.port}/postgres?${parameters}`;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'usage-tls-'));
    for (const name of ['server', 'other']) {
      const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
      const files = ['-keyout', join(folder, `${name}.key`), '-out', join(folder, `${name}.crt`)];
      execFileSync(
        'openssl',
        ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject, ...files],
        {
          stdio: 'ignore',
        },
      );
    }
    server = await createPostgresServer(bin ?? '');
    for (const name of ['server.key', 'server.crt'])
      server.write(name, readFileSync(join(folder, name), 'utf8'));
    server.write('postgresql.conf', '\nssl = on\n', 'add');
    // Plain connections are let in for the database `template1` alone.
    server.write(
      'pg_hba.conf',
      'local all all trust\nhostssl all all all trust\nhostnossl template1 all all trust\n',
    );
    await server.start();
    // The first handshake of a new server takes longer than a reader waits; how long is not what is tested here.
    const first = new pg.Client({ connectionString: url('sslmode=no-verify') });
    await first.connect();
    await first.end();
  });
  afterAll(async () => {
    await server.remove();
    rmSync(folder, { recursive: true });
  });

  test.each(['', 'sslmode=allow', 'sslmode=prefer', 'sslmode=require', 'ssl=true'])(
    'is spoken to with TLS where it wants that: "%s"',
    async (parameters) => {
      expect(await isEncrypted(url(parameters))).toBe(true);
    },
  );

  test('is spoken to without TLS where only that is let in, or asked for', async () => {
    const plain = (parameters: string) => url(parameters).replace('/postgres?', '/template1?');
    expect(await isEncrypted(plain('sslmode=allow'))).toBe(false);
    expect(await isEncrypted(plain('sslmode=disable'))).toBe(false);
    expect(await isEncrypted(plain('sslmode=prefer'))).toBe(true);
    await expect(isEncrypted(url('sslmode=disable'))).rejects.toBeInstanceOf(DatabaseUnavailable);
  });

  test('is known by the authority that sslrootcert names, and by its name with verify-full', async () => {
    const root = `sslrootcert=${join(folder, 'server.crt')}`;
    expect(await isEncrypted(url(`sslmode=verify-ca&${root}`))).toBe(true);
    expect(await isEncrypted(url(`sslmode=require&${root}`))).toBe(true);
    expect(await isEncrypted(url(`sslmode=verify-full&${root}`, 'localhost'))).toBe(true);
    await expect(isEncrypted(url(`sslmode=verify-full&${root}`))).rejects.toThrow(/altnames|does not match/);
    const other = `sslrootcert=${join(folder, 'other.crt')}`;
    await expect(isEncrypted(url(`sslmode=require&${other}`))).rejects.toThrow(/certificate/);
    await expect(isEncrypted(url('sslmode=verify-full', 'localhost'))).rejects.toThrow(/certificate/);
  });

  test('is reached over its unix socket', async () => {
    expect(await isEncrypted(`postgres://postgres@/postgres?host=${server.folder}&port=${server.port}`)).toBe(
      false,
    );
    const encoded = encodeURIComponent(server.folder);
    expect(await isEncrypted(`postgres://postgres@${encoded}:${server.port}/postgres?sslmode=require`)).toBe(
      false,
    );
  });
});

describe.skipIf(bin === null || pgbouncer === null).each([
  ['with its defaults', []],
  [
    'that drops start-up parameters',
    ['ignore_startup_parameters = statement_timeout, lock_timeout, idle_in_transaction_session_timeout'],
  ],
])('PgBouncer in transaction mode, %s', (_kind, settings) => {
  let server: PostgresServer;
  let bouncer: PgBouncer;
  beforeAll(async () => {
    server = await createPostgresServer(bin ?? '');
    await server.start();
    bouncer = await startPgBouncer(pgbouncer ?? '', server.port, settings);
  });
  afterAll(async () => {
    await bouncer.stop();
    await server.remove();
  });

  test('serves a ledger, with every limit in force and none left behind for others', async () => {
    const database = openDatabase(bouncer.url);
    const ledger = new Ledger({ database, now: () => new Date() });
    await ledger.migrate();
    expect(await ledger.readPeriod('default', null)).toBeNull();
    const limits = sql<{ limits: string }>`
      select concat_ws(' ', current_setting('statement_timeout'), current_setting('lock_timeout'),
        current_setting('idle_in_transaction_session_timeout')) as limits`;
    expect((await limits.execute(database.reads)).rows).toEqual([{ limits: '1200ms 10s 10s' }]);
    const inTransaction = await database.writes.transaction().execute((trx) => limits.execute(trx));
    expect(inTransaction.rows).toEqual([{ limits: '2min 10s 10s' }]);
    await expect(sql`select pg_sleep(5)`.execute(database.reads)).rejects.toThrow('statement timeout');
    await expect(sql`select nonsense`.execute(database.reads)).rejects.toThrow('nonsense');
    expect(await ledger.readPeriod('default', null)).toBeNull();

    const other = new pg.Client({ connectionString: bouncer.url });
    await other.connect();
    for (let turn = 0; turn < 5; turn++) {
      const { rows } = await other.query<{ statement_timeout: string }>('show statement_timeout');
      expect(rows).toEqual([{ statement_timeout: '0' }]);
    }
    await other.end();
    await ledger.close();
  });
});
