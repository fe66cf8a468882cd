import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { waitUntil } from '../support/app.ts';
import { startScriptedUpstream } from '../support/scripted-upstream.ts';
import { spawnService } from './service-process.ts';

const message = { id: 1, text: '123', timestamp: '2024-04-29T02:08:29.375Z' };

async function startVendor() {
  const vendor = await startScriptedUpstream();
  onTestFinished(() => vendor.close());
  vendor.setMessages([message]);
  return vendor;
}

test('the ready block says from where this ledger was filled before, and nothing of a secret', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'usage-former-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const vendors = [await startVendor(), await startVendor()] as const;

  const isPulled = () => vendors.some((vendor) => vendor.countOf('/messages/current-period') > 1);
  const runWith = async (settings: Readonly<Record<string, string>>): Promise<string> => {
    for (const vendor of vendors) vendor.clearRequests();
    const DATABASE_URL = `file:${join(folder, 'usage.db')}`;
    const service = spawnService({
      PORT: '0',
      LOG_LEVEL: 'silent',
      SYNC_INTERVAL_MS: '100',
      DATABASE_URL,
      ...settings,
    });
    await service.ready();
    // With the second pull, the first has been noted.
    if (settings['UPSTREAM_URL'] !== undefined) await waitUntil(isPulled);
    service.child.kill('SIGTERM');
    await service.exitCode();
    return service.output.stdout;
  };
  const [first, second] = vendors.map(({ url }) => ({
    UPSTREAM_URL: `${url.replace('//', '//user:s3cret@')}?key=s3cret`,
  }));
  const former = (index: number) => `It holds usage that was read from ${vendors[index]?.url} before.`;

  expect(await runWith(first ?? {})).not.toContain('before.');
  expect(await runWith(first ?? {})).not.toContain('before.');
  expect(await runWith(second ?? {})).toContain(former(0));
  // Still: what it holds of that one is there as well.
  const third = await runWith({});
  expect(third).toContain(`${vendors[1].url} and ${vendors[0].url} before.`);
  expect(third).not.toContain('s3cret');
});
