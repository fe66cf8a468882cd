import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { openSqliteDatabase } from '../../src/ledger/database/database.ts';
import { waitUntil } from '../support/app.ts';
import { startScriptedUpstream } from '../support/scripted-upstream.ts';
import { spawnCalmService } from './calm-service.ts';
import { createMessages } from './created-messages.ts';
import { askForUsage } from './outside-view.ts';

const folder = mkdtempSync(join(tmpdir(), 'usage-backup-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function runBackup(
  source: string,
  ...args: readonly string[]
): { readonly status: number | null; readonly stderr: string } {
  return spawnSync(process.execPath, ['src/commands/backup.ts', ...args], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], DATABASE_URL: source },
  });
}

test('a backup made while the service writes is whole, and a service started on it answers from it', async () => {
  const upstream = await startScriptedUpstream();
  onTestFinished(() => upstream.close());
  const url = `file:${join(folder, 'usage.db')}`;
  // Each pull brings other contents, so that the service is writing all the time.
  let pullCount = 0;
  upstream.onMessages((_request, response) => {
    pullCount += 1;
    const messages = createMessages(2_000, `message of pull ${pullCount}`);
    response.end(JSON.stringify({ messages }));
  });
  const service = spawnCalmService({
    DATABASE_URL: url,
    UPSTREAM_URL: upstream.url,
    SYNC_INTERVAL_MS: '10',
  });
  await service.ready();
  await waitUntil(() => pullCount > 2);

  const copy = join(folder, 'copy.db');
  const pullsBefore = pullCount;
  expect(runBackup(url, copy)).toMatchObject({ status: 0, stderr: '' });
  // The backup stood in nobody's way.
  await waitUntil(() => pullCount > pullsBefore + 1);
  service.child.kill('SIGTERM');
  expect(await service.exitCode()).toBe(0);

  // One moment: all messages are of one and the same pull.
  const ledger = openSqliteDatabase(copy);
  const texts = await ledger.writes.selectFrom('messages').select('text').distinct().execute();
  expect(texts).toHaveLength(1);
  await ledger.close();

  // Restored as docs/operation.md says: the file in its place, and the service started.
  await upstream.stop();
  const restored = join(folder, 'restored.db');
  copyFileSync(copy, restored);
  const heir = spawnCalmService({ DATABASE_URL: `file:${restored}`, UPSTREAM_URL: upstream.url });
  expect(await askForUsage(await heir.ready())).toEqual({ outcome: 'ok', messageCount: 2_000 });
}, 60_000);

test('refuses to overwrite, to back up what is not there, and what is no database', () => {
  const taken = join(folder, 'taken.db');
  writeFileSync(taken, 'mine');
  const target = join(folder, 'target.db');
  expect(runBackup(`file:${taken}`, taken)).toMatchObject({
    status: 1,
    stderr: `No backup was made: ${taken} exists already, and is never overwritten.\n`,
  });
  expect(runBackup(`file:${join(folder, 'none.db')}`, target)).toMatchObject({
    status: 1,
    stderr: `No backup was made: there is no database at ${join(folder, 'none.db')}.\n`,
  });
  expect(runBackup(`file:${taken}`, target)).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/^No backup was made: the copy could not be made: file is not a database/),
  });
  expect(existsSync(target)).toBe(false);
  expect(runBackup('postgres://localhost/usage', target)).toMatchObject({
    status: 1,
    stderr: 'No backup was made: DATABASE_URL names no embedded database; PostgreSQL has pg_dump.\n',
  });
  expect(runBackup('memory:').status).toBe(1);
});
