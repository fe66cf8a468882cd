import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitUntil } from '../support/app.ts';
import { findFreePort, readPostgresUser } from './postgres-server.ts';

/** A real PgBouncer in front of a test's own server. */
export interface PgBouncer {
  /** A DATABASE_URL of the database `postgres`. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Debian's PgBouncer; null where it is not installed. */
export function findPgBouncer(): string | null {
  return ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer'].find((path) => existsSync(path)) ?? null;
}

/**
 * Starts PgBouncer in transaction mode, with its defaults for all else but these.
 * @param settings lines of its configuration
 */
export async function startPgBouncer(
  program: string,
  serverPort: number,
  settings: readonly string[] = [],
): Promise<PgBouncer> {
  const folder = mkdtempSync(join(tmpdir(), 'usage-pgbouncer-'));
  const port = await findFreePort();
  const config = join(folder, 'pgbouncer.ini');
  writeFileSync(join(folder, 'users.txt'), '"postgres" ""\n');
  writeFileSync(
    config,
    `[databases]
postgres = host=127.0.0.1 port=${serverPort} dbname=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = trust
auth_file = ${join(folder, 'users.txt')}
pool_mode = transaction
${settings.join('\n')}
`,
  );
  // It refuses to run as root.
  const user = process.getuid?.() === 0 ? readPostgresUser() : null;
  if (user !== null)
    for (const path of [folder, config, join(folder, 'users.txt')]) chownSync(path, user.uid, user.gid);
  const child = spawn(program, ['-q', config], { ...user, cwd: folder, stdio: 'ignore' });
  const ended = once(child, 'exit');
  await waitUntil(() => accepts(port));
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    async stop() {
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
