import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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
  const service = spawnService({ PORT: '0', DATABASE_URL: 'memory:', LOG_LEVEL: 'silent' });
  const url = await service.ready();
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:[1-9]\d+$/);
  expect(service.output.stdout).toContain('SAMPLE data');
  expect(service.output.stdout).toContain(`${url}/graphql`);
  expect(service.output.stdout).toContain(`${url}/usage`);
  expect(service.output.stdout).toContain(`${url}/readyz`);
  expect(service.output.stderr).toBe('');
  service.child.kill('SIGTERM');
  expect(await service.exitCode()).toBe(0);
});
