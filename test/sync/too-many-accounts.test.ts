import { expect, onTestFinished, test } from 'vitest';
import { defaultRateCard } from '../../src/billing/rate-card.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { createUpstream } from '../../src/upstream/upstream.ts';
import { Sync } from '../../src/sync/sync.ts';
import { openTestLedger } from '../ledger/test-ledger.ts';
import { waitUntil } from '../support/app.ts';
import { captureLog } from '../support/captured-log.ts';
import { testDatabases } from '../support/databases.ts';
import { startScriptedUpstream } from '../support/scripted-upstream.ts';

test.each(testDatabases)(
  'more accounts than can be followed are told once, and those asked for last are followed, on $name',
  async (testDatabase) => {
    const vendor = await startScriptedUpstream();
    onTestFinished(() => vendor.close());
    let skippedMs = 0;
    const now = (): Date => new Date(Date.now() + skippedMs);
    const { ledger } = await openTestLedger(testDatabase, now);
    const { log, lines } = captureLog();
    const metrics = createMetrics();
    const limits = { timeoutMs: 10_000, maxBytes: 1e6 };
    const baseUrl = `${vendor.url}/accounts/{account}`;
    const options = {
      ledger,
      upstream: createUpstream({ baseUrl, ...limits, log, metrics, now }),
      rateCard: defaultRateCard,
      reportMaxAgeMs: 1e9,
      reportsTimeoutMs: 1_000,
      intervalMs: 20,
      firstPullTimeoutMs: 10_000,
      maxAccounts: 2,
      now,
      log,
      metrics,
    };
    const first = new Sync({ ...options, maxAccounts: 3 });
    for (const account of ['acme', 'bolt', 'coil']) {
      skippedMs += 1_000;
      first.ask(account);
      await first.pullFirst(account);
    }
    await first.stop();
    expect(lines).toEqual([]);

    vendor.clearRequests();
    const sync = new Sync(options);
    sync.followAsked();
    const countOf = (account: string): number =>
      vendor.countOf(`/accounts/${account}/messages/current-period`);
    await waitUntil(() => countOf('bolt') >= 5 && countOf('coil') >= 5);
    sync.ask('acme');
    await sync.stop();
    expect(countOf('acme')).toBe(0);
    expect(lines).toMatchObject([
      { level: 40, maxAccounts: 2, msg: 'too many accounts are asked for: some are not kept fresh' },
    ]);
    await options.upstream.close();
  },
);
