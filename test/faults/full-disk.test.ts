import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { waitUntil } from '../support/app.ts';
import { startScriptedUpstream } from '../support/scripted-upstream.ts';
import { spawnCalmService } from './calm-service.ts';
import { createMessages } from './created-messages.ts';
import { reportFinding } from './full-runs.ts';
import { askForUsage, countOutcomes, readMaxMs, watchFromOutside } from './outside-view.ts';

const disk = mountDisk();
if (disk === null) console.log('no tmpfs may be mounted here: the full disk is not tested');

afterAll(() => {
  if (disk === null) return;
  execFileSync('umount', ['--lazy', disk]);
  rmSync(disk, { recursive: true, force: true });
});

describe.runIf(disk !== null)('when the disk of an embedded database is full', () => {
  test('reads go on, pulls fail and are logged, and it heals once there is space', async () => {
    if (disk === null) return;
    const upstream = await startScriptedUpstream();
    upstream.setMessages(createMessages(1_000));
    const service = spawnCalmService({
      DATABASE_URL: `file:${join(disk, 'usage.db')}`,
      UPSTREAM_URL: upstream.url,
      SYNC_INTERVAL_MS: '1000',
    });
    const url = await service.ready();
    await waitUntil(async () => (await askForUsage(url)).messageCount === 1_000);

    const view = watchFromOutside(url);
    const ballast = join(disk, 'ballast');
    fillDisk(ballast);
    upstream.setMessages(createMessages(20_000));
    await waitUntil(() => service.output.stderr.includes('pull failed, nothing was recorded'), 30_000);
    expect(service.output.stderr).toMatch(/database or disk is full/);
    expect(await askForUsage(url)).toEqual({ outcome: 'ok', messageCount: 1_000 });
    expect((await fetch(`${url}/readyz`)).status).toBe(200);

    rmSync(ballast);
    const begin = performance.now();
    await waitUntil(async () => (await askForUsage(url)).messageCount === 20_000, 30_000);
    const freshMs = performance.now() - begin;
    await view.end();
    expect(countOutcomes(view.queries)).toEqual({ ok: view.queries.length });
    expect(readMaxMs(view)).toBeLessThan(2_000);
    expect(new Set(view.liveness)).toEqual(new Set([200]));
    service.child.kill('SIGTERM');
    expect(await service.exitCode()).toBe(0);
    await upstream.close();
    reportFinding('full disk', { freshMs, maxMs: readMaxMs(view), queries: view.queries.length });
  }, 90_000);
});

/** A file system of 64 MB of its own; null where that is not allowed. */
function mountDisk(): string | null {
  const folder = mkdtempSync(join(tmpdir(), 'usage-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', folder], { stdio: 'ignore' });
    return folder;
  } catch {
    rmSync(folder, { recursive: true, force: true });
    return null;
  }
}

/** Leaves not a block free, whatever the service writes meanwhile. */
function fillDisk(path: string): void {
  const file = openSync(path, 'w');
  const block = Buffer.alloc(65_536);
  try {
    for (;;) writeSync(file, block);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
  } finally {
    closeSync(file);
  }
}
