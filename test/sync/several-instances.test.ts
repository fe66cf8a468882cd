import { describe, expect, it, onTestFinished } from 'vitest';
import { type App, startApp, waitUntil } from '../support/app.ts';
import { testDatabases } from '../support/databases.ts';
import { type ScriptedUpstream, startScriptedUpstream } from '../support/scripted-upstream.ts';

const intervalMs = 300;
const names = ['one', 'two'] as const;
const someMessage = { id: 1, text: '123', timestamp: '2024-04-29T02:08:29.375Z' };

/** Two services on one database. Each asks by a path of its own, so that the upstream knows which of them it is. */
async function startTwo(
  upstream: ScriptedUpstream,
  openHandles: (typeof testDatabases)[number]['openHandles'],
): Promise<readonly App[]> {
  for (const name of names) upstream.forAccount(name).setMessages([someMessage]);
  const handles = await openHandles(names.length);
  const apps = await Promise.all(
    handles.map((database, index) =>
      startApp({
        upstream,
        database,
        settings: {
          UPSTREAM_URL: `${upstream.url}/accounts/${names[index]}`,
          SYNC_INTERVAL_MS: `${intervalMs}`,
        },
      }),
    ),
  );
  onTestFinished(async () => {
    await Promise.all(apps.map((app) => app.close()));
    await upstream.close();
  });
  return apps;
}

function pathOf(name: string | undefined): string {
  return `/accounts/${name}/messages/current-period`;
}

async function countElsewhere(app: App): Promise<number> {
  const metrics = await (await app.get('/metrics')).text();
  return Number(/^usage_pulls_total\{outcome="elsewhere"\} (\d+)$/m.exec(metrics)?.[1] ?? '0');
}

describe.each(testDatabases)('two instances on one database on $name', (testDatabase) => {
  it('pull an account about once an interval together, and when one stops the other goes on', async () => {
    const upstream = await startScriptedUpstream();
    const apps = await startTwo(upstream, (count) => testDatabase.openHandles(count));
    // Let the starts pass, at which each may pull whatever the other does.
    for (const app of apps) await app.waitForPull();

    upstream.clearRequests();
    const beginMs = performance.now();
    const pulls = 16;
    await waitUntil(() => upstream.requests.length >= pulls, 25_000);
    // Pulled by both in each interval, they would take 8 intervals; pulled by one of them, 16.
    expect(performance.now() - beginMs).toBeGreaterThan(11 * intervalMs);
    const elsewhere = await Promise.all(apps.map(countElsewhere));
    expect(elsewhere.reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(pulls / 2);

    const puller = names.findIndex((name) => pathOf(name) === upstream.requests.at(-1)?.path);
    await apps[puller]?.close();
    upstream.clearRequests();
    const survivor = names[1 - puller];
    await waitUntil(() => upstream.countOf(pathOf(survivor)) >= 3);
    expect(upstream.requests).toHaveLength(upstream.countOf(pathOf(survivor)));
  }, 60_000);

  it('give the one that is asked for an account’s first usage what the other has pulled', async () => {
    const upstream = await startScriptedUpstream();
    const apps = await startTwo(upstream, (count) => testDatabase.openHandles(count));
    const answers = apps.map((app) => app.data('{ usage { totals { messageCount } } }'));
    const one = { usage: { totals: { messageCount: 1 } } };
    expect(await Promise.all(answers)).toEqual([one, one]);
  });
});
