import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectRedis } from '../../src/http/guards/redis-connection.ts';
import { waitUntil } from '../support/app.ts';
import { captureLog } from '../support/captured-log.ts';

const hasRedis = (process.env['TEST_REDIS_URL'] ?? '') !== '';

/** A server that hangs up on what a client says first, or that never says anything. */
async function startFake(manner: 'hang-up' | 'silence'): Promise<{ readonly port: number; stop(): void }> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    if (manner === 'hang-up') socket.once('data', () => socket.resetAndDestroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: readPort(server), stop: () => void server.close() };
}

function readPort(server: ReturnType<typeof createServer>): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** What the log says within the first failed tries to connect. */
async function readWords(url: string): Promise<readonly unknown[]> {
  const { log, lines } = captureLog('info');
  const { redis } = connectRedis(url, log);
  try {
    await waitUntil(() => lines.length > 0);
    // Long enough for more tries, which say nothing new.
    await sleep(700);
    return lines.map(({ msg, reason }) => [msg, reason]);
  } finally {
    redis.disconnect();
  }
}

const apart = 'Redis cannot be used: each instance counts requests for itself';

test('a Redis that is not there is told in the words of the system, once', async () => {
  expect(await readWords('redis://127.0.0.1:1')).toEqual([[apart, 'connect ECONNREFUSED 127.0.0.1:1']]);
});

test('a server that hangs up on plain text is asked about TLS', async () => {
  const fake = await startFake('hang-up');
  expect(await readWords(`redis://127.0.0.1:${fake.port}`)).toEqual([
    [apart, 'read ECONNRESET (does it want TLS, by rediss://?)'],
  ]);
  fake.stop();
});

test('a server that says nothing to TLS is asked whether it speaks that', async () => {
  const fake = await startFake('silence');
  expect(await readWords(`rediss://127.0.0.1:${fake.port}`)).toEqual([
    [apart, 'connect ETIMEDOUT (rediss:// wants TLS: does it speak that?)'],
  ]);
  fake.stop();
});

describe.runIf(hasRedis)('a real Redis with a password, and one with TLS', () => {
  const folder = mkdtempSync(join(tmpdir(), 'usage-redis-'));
  const servers: ReturnType<typeof spawn>[] = [];
  const ports = { password: 0, tls: 0 };

  beforeAll(async () => {
    const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const request = `req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=cache.example.com`.split(' ');
    execFileSync('openssl', [...request, '-keyout', key, '-out', certificate], { stdio: 'ignore' });
    ports.password = await startRedis((port) => ['--port', String(port), '--requirepass', 'tulip']);
    const tls = `--tls-auth-clients no --tls-cert-file ${certificate} --tls-key-file ${key} --tls-ca-cert-file ${certificate}`;
    ports.tls = await startRedis((port) => ['--port', '0', '--tls-port', String(port), ...tls.split(' ')]);
  });
  afterAll(() => {
    for (const server of servers) server.kill();
    rmSync(folder, { recursive: true });
  });

  async function startRedis(listen: (port: number) => readonly string[]): Promise<number> {
    const free = createServer().listen(0, '127.0.0.1');
    await once(free, 'listening');
    const port = readPort(free);
    free.close();
    const server = spawn('redis-server', [...listen(port), '--save', '', '--dir', folder]);
    servers.push(server);
    let said = '';
    server.stdout.on('data', (text) => (said += String(text)));
    await waitUntil(() => said.includes('Ready to accept connections'));
    return port;
  }

  test('a wrong password is told in the words of Redis', async () => {
    const wrong = 'WRONGPASS invalid username-password pair or user is disabled.';
    expect(await readWords(`redis://:daffodil@127.0.0.1:${ports.password}`)).toEqual([[apart, wrong]]);
    expect(await readWords(`redis://crocus:tulip@127.0.0.1:${ports.password}`)).toEqual([[apart, wrong]]);
  });

  test('a password that is missing is asked for in the words of Redis', async () => {
    expect(await readWords(`redis://127.0.0.1:${ports.password}`)).toEqual([
      [apart, expect.stringMatching(/^NOAUTH /)],
    ]);
  });

  test('TLS on one side alone is told, and so is a certificate that nobody knows', async () => {
    // The system says it of the reading or of the writing, as it comes.
    const [plain] = await readWords(`redis://127.0.0.1:${ports.tls}`);
    expect(plain).toEqual([apart, expect.stringMatching(/ECONNRESET.*rediss/)]);
    expect(await readWords(`rediss://127.0.0.1:${ports.password}`)).toEqual([
      [apart, expect.stringMatching(/ETIMEDOUT.*TLS/)],
    ]);
    expect(await readWords(`rediss://127.0.0.1:${ports.tls}`)).toEqual([
      [apart, expect.stringMatching(/^self-signed certificate/)],
    ]);
  });

  test('a database that Redis does not have is told', async () => {
    const [first] = await readWords(`redis://:tulip@127.0.0.1:${ports.password}/77`);
    expect(first).toEqual([apart, 'ERR DB index is out of range']);
  });
});
