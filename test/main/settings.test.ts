import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { defaultRateCard, encodeRateCard } from '../../src/billing/rate-card.ts';
import { spawnService } from './service-process.ts';

test('wrong settings end the process with every fault named at once, on standard error', async () => {
  const service = spawnService({
    PORT: 'eighty',
    UPSTREAM_URL: 'nowhere',
    LOG_LEVEL: 'loud',
    DATABASE_URL: 'mysql://root:secret@localhost/usage',
    RATE_CARD: '/no/such/card.json',
  });
  expect(await service.exitCode()).toBe(1);
  expect(service.output.stdout).toBe('');
  for (const name of ['PORT', 'UPSTREAM_URL', 'LOG_LEVEL', 'DATABASE_URL', 'RATE_CARD']) {
    expect(service.output.stderr).toMatch(new RegExp(`^  - ${name} `, 'm'));
  }
  expect(service.output.stderr).not.toContain('secret');
  expect(service.output.stderr).not.toContain('    at '); // no stack: these are for people
});

test('a taken port ends the process with the reason', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const address = taken.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const service = spawnService({ PORT: String(port), DATABASE_URL: 'memory:', LOG_LEVEL: 'fatal' });
  expect(await service.exitCode()).toBe(1);
  expect(service.output.stderr).toContain('EADDRINUSE');
  expect(service.output.stdout).toBe('');
  taken.close();
});

test('a changed rate card under its old version ends the process, for old receipts would become wrong', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'usage-settings-'));
  const card = join(folder, 'card.json');
  const settings = {
    PORT: '0',
    DATABASE_URL: `file:${join(folder, 'usage.db')}`,
    RATE_CARD: card,
    SYNC_INTERVAL_MS: '100',
  };
  writeFileSync(card, JSON.stringify({ ...encodeRateCard(defaultRateCard), version: 'mine' }));
  const first = spawnService(settings);
  const url = await first.ready();
  await expect.poll(async () => (await fetch(`${url}/readyz`)).status, { timeout: 15_000 }).toBe(200);
  first.child.kill('SIGTERM');
  await first.exitCode();

  writeFileSync(card, JSON.stringify({ ...encodeRateCard(defaultRateCard), version: 'mine', base: '3' }));
  const second = spawnService(settings);
  expect(await second.exitCode()).toBe(1);
  expect(second.output.stderr).toContain('rate card version "mine" was used with other prices before');
  rmSync(folder, { recursive: true });
});

test('says once that it is ready, where, and that the data is a sample', async () => {
  const service = spawnService({ PORT: '0', DATABASE_URL: 'memory:', SYNC_INTERVAL_MS: '60000' });
  const url = await service.ready();
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:[1-9]\d+$/);
  expect(service.output.stdout).toContain('SAMPLE data');
  expect(service.output.stdout).toContain(`${url}/graphql`);
  expect(service.output.stdout).toContain(`${url}/usage`);
  expect(service.output.stdout).toContain(`${url}/readyz`);
  expect(service.output.stdout).toContain('is ready');
  expect(service.output.stdout).toContain('Reads     the bundled sample');
  expect(service.output.stdout).toContain('Records   in memory');
  // Nowhere else: the log begins with the first pull.
  expect(service.output.stderr).not.toContain(url);
  service.child.kill('SIGTERM');
  expect(await service.exitCode()).toBe(0);
});

test('an older Node.js is told in one line what is needed', async () => {
  const pretend =
    "data:text/javascript,Object.defineProperty(process, 'versions', { value: { node: '20.1.0' } })";
  const service = spawnService({}, [process.execPath, '--import', pretend, 'dist/main.js']);
  expect(await service.exitCode()).toBe(1);
  expect(service.output.stdout).toBe('');
  expect(service.output.stderr).toBe(
    'Cannot start: this is Node.js 20.1.0, and Node.js 24 is needed. `npm start` brings it along.\n',
  );
});

test('a database file that is none ends the process with the reason, which is told once', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'usage-settings-'));
  const path = join(folder, 'usage.db');
  writeFileSync(path, 'This is not what SQLite writes. '.repeat(100));
  const service = spawnService({ PORT: '0', DATABASE_URL: `file:${path}`, LOG_LEVEL: 'debug' });
  expect(await service.exitCode()).toBe(1);
  const [line = '', reason] = service.output.stderr.split('\n');
  const message = 'the database is unavailable: file is not a database';
  expect(reason).toBe(`Cannot start: ${message}.`);
  expect(JSON.parse(line)).toMatchObject({ err: { message, cause: { message: 'file is not a database' } } });
  rmSync(folder, { recursive: true });
});

test('says that it is not ready yet while its upstream fails, with the reason and no secret, and later that it is', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const address = taken.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  taken.close();
  const service = spawnService({
    PORT: '0',
    DATABASE_URL: 'memory:',
    UPSTREAM_URL: `http://user:s3cret@127.0.0.1:${port}/v1?key=s3cret`,
    UPSTREAM_TIMEOUT_MS: '500',
    SYNC_INTERVAL_MS: '100',
  });
  await service.ready();
  expect(service.output.stdout).toContain(
    `not yet: the upstream http://127.0.0.1:${port}/v1 has told no usage`,
  );
  expect(service.output.stdout).toContain('ECONNREFUSED');
  expect(service.output.stdout).not.toContain('is ready');
  const upstream = createHttpServer((_request, response) => response.end('{"messages":[]}'));
  upstream.listen(port, '127.0.0.1');
  await expect.poll(() => service.output.stdout, { timeout: 15_000 }).toContain('is ready now');
  expect(service.output.stdout + service.output.stderr).not.toContain('s3cret');
  upstream.closeAllConnections();
  upstream.close();
});

test('production does not start without an upstream', async () => {
  const service = spawnService({
    PORT: '0',
    DATABASE_URL: 'memory:',
    NODE_ENV: 'production',
    UPSTREM_URL: 'x',
  });
  expect(await service.exitCode()).toBe(1);
  expect(service.output.stderr).toContain('  - UPSTREAM_URL must be set with NODE_ENV=production');
  expect(service.output.stderr).toContain('  - UPSTREM_URL is no setting: is UPSTREAM_URL meant?');
});
