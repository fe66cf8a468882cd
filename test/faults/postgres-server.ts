import { execFile, spawnSync } from 'node:child_process';
import {
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A real PostgreSQL server of a test's own, which may be hurt as the test likes. */
export interface PostgresServer {
  /** A DATABASE_URL; the same after each start. */
  readonly url: string;
  readonly port: number;
  /** Where its unix socket lies. */
  readonly folder: string;
  /** Writes a file that the server reads into its data folder, or adds to it. */
  write(name: string, content: string, how?: 'add'): void;
  start(): Promise<void>;
  /** Ends it in order, as for a restart. */
  stop(): Promise<void>;
  /** SIGKILL to all its processes, as when the machine dies. */
  kill(): Promise<void>;
  /** SIGSTOP to all its processes: connections stay open, and nobody answers. */
  freeze(): void;
  thaw(): void;
  /** Ends it and removes its files. */
  remove(): Promise<void>;
}

/** The folder of Debian's PostgreSQL programs, the newest version's; null where none are installed. */
export function findPostgres(): string | null {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root).toSorted((a, b) => Number(b) - Number(a)) : [];
  const found = versions
    .map((version) => join(root, version, 'bin'))
    .find((bin) => existsSync(join(bin, 'initdb')));
  return found ?? null;
}

/** Sets an empty server up on a free port; it does not run yet. @param bin of {@link findPostgres} */
export async function createPostgresServer(bin: string): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), 'usage-faults-postgres-'));
  const data = join(folder, 'data');
  // The server refuses to run as root.
  const user = process.getuid?.() === 0 ? readPostgresUser() : null;
  if (user !== null) chownSync(folder, user.uid, user.gid);
  const run = async (program: string, args: readonly string[]): Promise<void> => {
    const env = { PATH: process.env['PATH'] ?? '', LC_ALL: 'C.UTF-8' };
    await promisify(execFile)(join(bin, program), [...args], { ...user, cwd: folder, env, timeout: 20_000 });
  };
  const port = await findFreePort();
  const control = (...args: readonly string[]): Promise<void> => run('pg_ctl', ['-D', data, '-s', ...args]);
  const options = `-p ${port} -h 127.0.0.1 -k ${folder}`;
  await run('initdb', ['-D', data, '-A', 'trust', '-U', 'postgres', '-E', 'UTF8', '--no-sync']);

  const server: PostgresServer = {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    port,
    folder,
    write(name, content, how) {
      const path = join(data, name);
      writeFileSync(path, content, { mode: 0o600, flag: how === 'add' ? 'a' : 'w' });
      if (user !== null) chownSync(path, user.uid, user.gid);
    },
    start: () => control('-w', '-l', join(folder, 'server.log'), '-o', options, 'start'),
    stop: () => control('-w', '-m', 'fast', 'stop'),
    async kill() {
      signalAll(data, 'SIGKILL');
      rmSync(join(data, 'postmaster.pid'), { force: true });
    },
    freeze: () => signalAll(data, 'SIGSTOP'),
    thaw: () => signalAll(data, 'SIGCONT'),
    async remove() {
      if (existsSync(join(data, 'postmaster.pid'))) {
        server.thaw();
        await control('-w', '-m', 'immediate', 'stop').catch(() => server.kill());
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return server;
}

/** The postmaster and all that it started. */
function signalAll(data: string, signal: NodeJS.Signals): void {
  const postmaster = Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0]);
  const { stdout } = spawnSync('ps', ['-o', 'pid=', '--ppid', String(postmaster)], { encoding: 'utf8' });
  const children = stdout
    .split('\n')
    .map(Number)
    .filter((pid) => pid > 0);
  for (const pid of [postmaster, ...children]) {
    try {
      process.kill(pid, signal);
    } catch {
      // A child that has just ended by itself.
    }
  }
}

/** The user that PostgreSQL's programs run as when root starts them. */
export function readPostgresUser(): { readonly uid: number; readonly gid: number } {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith('postgres:'));
  const [, , uid, gid] = line?.split(':') ?? [];
  if (uid === undefined || gid === undefined)
    throw new Error('root cannot run PostgreSQL, and there is no user postgres');
  return { uid: Number(uid), gid: Number(gid) };
}

/** A port that nobody listens on just now. */
export async function findFreePort(): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const probe = createServer().once('error', reject);
  probe.listen(0, '127.0.0.1', () => {
    const address = probe.address();
    probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
  });
  return promise;
}
