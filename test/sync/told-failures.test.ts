import { expect, onTestFinished, test } from 'vitest';
import { defaultRateCard } from '../../src/billing/rate-card.ts';
import { openDatabase } from '../../src/ledger/database/database.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import { AccountPulls } from '../../src/sync/account-pulls.ts';
import { describePullFailure } from '../../src/sync/first-pull-failed.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { createUpstream } from '../../src/upstream/upstream.ts';
import { account } from '../ledger/test-ledger.ts';
import { captureLog } from '../support/captured-log.ts';
import { startScriptedUpstream } from '../support/scripted-upstream.ts';

const intervalMs = 10_000;

/** Pulls that a test begins one by one, on a clock that only the test moves. */
async function startPulls() {
  const vendor = await startScriptedUpstream();
  const clock = { ms: 1_000_000 };
  const { log, lines } = captureLog('info');
  const parts = { log, metrics: createMetrics(), now: () => new Date(clock.ms) };
  const ledger = new Ledger({ ...parts, database: openDatabase('memory:') });
  await ledger.migrate();
  const upstream = createUpstream({ ...parts, baseUrl: vendor.url, timeoutMs: 2_000, maxBytes: 1e6 });
  const pulls = new AccountPulls({
    ...parts,
    ledger,
    upstream,
    rateCard: defaultRateCard,
    reportMaxAgeMs: 1e9,
    reportsTimeoutMs: 1_000,
    intervalMs,
    maxAccounts: 10,
    stopping: new AbortController().signal,
  });
  onTestFinished(async () => {
    await upstream.close();
    await ledger.close();
    await vendor.close();
  });
  const pull = async (times: number) => {
    for (let n = 0; n < times; n += 1) {
      clock.ms += intervalMs;
      await pulls.pull(account, false);
    }
  };
  return { vendor, lines, pull, failure: () => pulls.latest(account)?.failure };
}

test('an outage is told at once, once more in a minute with a count, and when it is over', async () => {
  const { vendor, lines, pull } = await startPulls();
  vendor.onMessages((_request, response) => response.writeHead(403).end());
  // Every 10 s: the first is told as an error, the second as going on. Of the six of each minute after, one is.
  await pull(1 + 1 + 6 + 6);
  vendor.setMessages([{ id: 1, text: '123', timestamp: '2024-04-29T02:08:29.375Z' }]);
  vendor.onMessages(null);
  await pull(1);
  expect(lines.map(({ msg, times, reason }) => [msg, times, reason])).toEqual([
    ['pull failed, nothing was recorded', undefined, undefined],
    ['pull failed again', 1, expect.stringContaining('it answered with status 403')],
    ['pull failed again', 6, expect.stringContaining('it answered with status 403')],
    ['pull failed again', 6, expect.stringContaining('it answered with status 403')],
    ['pull recorded', undefined, undefined],
    ['pull works again', undefined, undefined],
  ]);
});

test('the first cause is still told when the upstream is not asked any more for a while', async () => {
  const { vendor, lines, pull, failure } = await startPulls();
  await vendor.stop();
  await pull(12);
  expect(failure()).toMatchObject({ reason: 'breaker-open' });
  expect(describePullFailure(failure())).toBe(
    'nothing was ever pulled from the upstream: no connection could be made',
  );
  const again = lines.filter(({ msg }) => msg === 'pull failed again');
  // With the address, for the operator who has to look there.
  for (const { reason } of again) expect(reason).toContain(`ECONNREFUSED ${new URL(vendor.url).host}`);
  expect(again.at(-1)?.['reason']).toContain('not asked, since it failed again and again just now (the last');
});
