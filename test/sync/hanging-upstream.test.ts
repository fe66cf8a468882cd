import { describe, expect, it, onTestFinished } from 'vitest';
import { defaultRateCard } from '../../src/billing/rate-card.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import { Sync } from '../../src/sync/sync.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { createUpstream } from '../../src/upstream/upstream.ts';
import { account } from '../ledger/test-ledger.ts';
import { startApp, waitUntil } from '../support/app.ts';
import { captureLog } from '../support/captured-log.ts';
import { testDatabases } from '../support/databases.ts';
import { type ScriptedUpstream, startScriptedUpstream } from '../support/scripted-upstream.ts';

const messagesPath = '/messages/current-period';
const someMessage = { id: 1, text: '123', timestamp: '2024-04-29T02:08:29.375Z' };
const now = (): Date => new Date();

/** An upstream that takes calls and answers none, until it is told otherwise. */
async function startHanging(): Promise<ScriptedUpstream> {
  const upstream = await startScriptedUpstream();
  onTestFinished(() => upstream.close());
  upstream.onMessages(() => {});
  return upstream;
}

function isTrue(reason: string): boolean {
  return reason.includes('nothing was ever pulled');
}

describe.each(testDatabases)('two instances on an upstream that hangs, on $name', (testDatabase) => {
  it('say that a pull works again only when one has worked', async () => {
    const vendor = await startHanging();
    const handles = await testDatabase.openHandles(2);
    const instances = handles.map((database) => {
      const { log, lines } = captureLog('info');
      const metrics = createMetrics();
      const parts = { log, metrics, now };
      const upstream = createUpstream({ baseUrl: vendor.url, timeoutMs: 200, maxBytes: 1e6, ...parts });
      const ledger = new Ledger({ database, now });
      const sync = new Sync({
        ...parts,
        ledger,
        upstream,
        rateCard: defaultRateCard,
        reportMaxAgeMs: 1e9,
        reportsTimeoutMs: 1_000,
        intervalMs: 100,
        firstPullTimeoutMs: 1_000,
      });
      return { ledger, lines, sync, upstream };
    });
    await instances[0]?.ledger.migrate();
    for (const { sync } of instances) sync.follow(account);
    onTestFinished(async () => {
      for (const { sync, upstream } of instances) {
        await upstream.close();
        await sync.stop();
      }
    });
    const told = (): readonly string[] => instances.flatMap(({ lines }) => lines.map(({ msg }) => msg));

    await waitUntil(() => vendor.countOf(messagesPath) >= 8, 20_000);
    expect(told()).not.toContain('pull works again');
    for (const { lines } of instances) {
      const errors = lines.filter(({ msg }) => msg === 'pull failed, nothing was recorded');
      expect(errors.length).toBeLessThanOrEqual(1);
    }
    expect(told()).toContain('pull failed again');

    vendor.setMessages([someMessage]);
    vendor.onMessages(null);
    await waitUntil(() => told().includes('pull works again'));
  }, 40_000);

  it('are both unready for the true reason', async () => {
    const vendor = await startHanging();
    const handles = await testDatabase.openHandles(2);
    const apps = await Promise.all(
      handles.map((database) =>
        startApp({
          upstream: vendor,
          database,
          settings: { UPSTREAM_TIMEOUT_MS: '200', SYNC_INTERVAL_MS: '100' },
        }),
      ),
    );
    const readReasons = (): Promise<readonly string[]> =>
      Promise.all(apps.map(async (app) => (await app.get('/readyz')).text()));
    await waitUntil(async () => (await readReasons()).every(isTrue));

    const calls = vendor.countOf(messagesPath);
    const seen = new Set<string>();
    await waitUntil(async () => {
      for (const reason of await readReasons()) seen.add(reason);
      return vendor.countOf(messagesPath) >= calls + 6;
    }, 20_000);
    expect([...seen].filter((reason) => !isTrue(reason))).toEqual([]);
  }, 40_000);
});
