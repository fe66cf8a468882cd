import { readdir, readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';

import { expect, it } from 'vitest';

import { makeApiKeys } from '../http/credentials.ts';
import { startApp } from '../support/app.ts';

const assets = 'dist/dashboard/assets/';

it('has at most 45 kB of script, compressed', async () => {
  const scripts = (await readdir(assets)).filter((name) => name.endsWith('.js'));
  const bytes = await Promise.all(
    scripts.map(async (name) => gzipSync(await readFile(assets + name), { level: 9 }).byteLength),
  );
  const total = bytes.reduce((sum, next) => sum + next, 0);
  console.log(`the dashboard's script: ${total} bytes compressed`);
  expect(total).toBeGreaterThan(5_000);
  expect(total).toBeLessThanOrEqual(45_000);
});

it('serves the page to anybody, anew only when it has changed, and nothing inline', async () => {
  const app = await startApp({ settings: { API_KEYS_FILE: makeApiKeys('acme').file } });
  const page = await app.get('/?period=2');
  const html = await page.text();
  expect(page.status).toBe(200);
  expect(page.headers.get('cache-control')).toBe('no-cache');
  const policy = page.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("require-trusted-types-for 'script'");
  expect(policy).not.toContain('unsafe');
  expect(html).not.toMatch(/<style|style=|<script(?![^>]*src=)|\son\w+=/);
  const again = await app.get('/', { 'if-none-match': page.headers.get('etag') ?? '' });
  expect([again.status, await again.text()]).toEqual([304, '']);
});

it('serves files that never change, as compressed as the browser likes them', async () => {
  const app = await startApp();
  const html = await (await app.get('/')).text();
  const [script = ''] = /\/assets\/[\w.-]+\.js/.exec(html) ?? [];
  for (const coding of ['br', 'gzip']) {
    const { status, headers } = await app.get(script, { 'accept-encoding': coding });
    expect([status, headers.get('content-encoding'), headers.get('cache-control')]).toEqual([
      200,
      coding,
      'public, max-age=31536000, immutable',
    ]);
  }
  expect((await app.get('/assets/..%2findex.html')).status).toBeGreaterThanOrEqual(400);
  expect((await app.get('/assets/nothing.js')).status).toBe(404);
});
