import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type App, startApp } from '../support/app.ts';
import { testDatabases } from '../support/databases.ts';
import { type ScriptedUpstream, startScriptedUpstream } from '../support/scripted-upstream.ts';

const intervalMs = 400;
const aheadMs = 120_000;
const messagesPath = '/messages/current-period';
const freshness = '{ usage { freshness { stale } } }';

/** Three instances on one database, after a fourth has pulled once whose clock is two minutes ahead. */
async function startAfterOneAhead(
  openHandles: (typeof testDatabases)[number]['openHandles'],
): Promise<{ readonly apps: readonly App[]; readonly upstream: ScriptedUpstream }> {
  const upstream = await startScriptedUpstream();
  upstream.setMessages([{ id: 1, text: '123', timestamp: '2024-04-29T02:08:29.375Z' }]);
  const [first, ...others] = await openHandles(4);
  if (first === undefined) throw new Error('four handles were asked for');
  const settings = { SYNC_INTERVAL_MS: String(intervalMs) };
  const ahead = await startApp({
    upstream,
    database: first,
    settings,
    now: () => new Date(Date.now() + aheadMs),
  });
  await ahead.waitForRevision(1);
  await ahead.close();
  const apps = await Promise.all(others.map((database) => startApp({ upstream, database, settings })));
  onTestFinished(async () => {
    await Promise.all(apps.map((app) => app.close()));
    await upstream.close();
  });
  return { apps, upstream };
}

describe.each(testDatabases)('after a pull by a clock that was ahead, on $name', (testDatabase) => {
  it('the others together ask no more than once an interval', async () => {
    const { apps, upstream } = await startAfterOneAhead((count) => testDatabase.openHandles(count));
    await Promise.all(apps.map((app) => app.waitForPull()));
    upstream.clearRequests();
    const intervals = 10;
    await sleep(intervals * intervalMs);
    const calls = upstream.countOf(messagesPath);
    // Each pause begins when the pull before it has ended.
    expect(calls).toBeLessThanOrEqual(intervals + 1);
    expect(calls).toBeGreaterThanOrEqual(2);
  }, 30_000);

  it('usage is stale once the upstream is down', async () => {
    const { apps, upstream } = await startAfterOneAhead((count) => testDatabase.openHandles(count));
    const expectStale = async (stale: boolean): Promise<void> => {
      await expect
        .poll(() => Promise.all(apps.map((app) => app.data(freshness))), { timeout: 10_000 })
        .toEqual(apps.map(() => ({ usage: { freshness: { stale } } })));
    };
    await upstream.stop();
    await expectStale(true);
    await upstream.start();
    await expectStale(false);
  }, 30_000);
});
