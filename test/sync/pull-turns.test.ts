import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { defaultRateCard } from '../../src/billing/rate-card.ts';
import type { Database } from '../../src/ledger/database/database.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { createUpstream } from '../../src/upstream/upstream.ts';
import { AccountPulls, type AccountPullsOptions } from '../../src/sync/account-pulls.ts';
import { PullLine } from '../../src/sync/pull-line.ts';
import { openTestLedger } from '../ledger/test-ledger.ts';
import { waitUntil } from '../support/app.ts';
import { captureLog } from '../support/captured-log.ts';
import { type TestDatabase, testDatabases } from '../support/databases.ts';
import { type ScriptedUpstream, startScriptedUpstream } from '../support/scripted-upstream.ts';

const now = (): Date => new Date();
const someMessage = { id: 1, text: '123', timestamp: '2024-04-29T02:08:29.375Z' };

/** What pulls work with, one at a time of well accounts and one of troubled ones, over an upstream that is real. */
async function openPulls(testDatabase: TestDatabase): Promise<{
  readonly pulls: AccountPulls;
  readonly vendor: ScriptedUpstream;
  readonly database: Database;
}> {
  const vendor = await startScriptedUpstream();
  const { ledger, database } = await openTestLedger(testDatabase, now);
  const { log } = captureLog();
  const metrics = createMetrics();
  const stopping = new AbortController();
  const limits = { timeoutMs: 600_000, maxBytes: 1e6 };
  const upstream = createUpstream({ baseUrl: `${vendor.url}/accounts/{account}`, ...limits, log, metrics });
  const options: AccountPullsOptions = {
    ledger,
    upstream,
    rateCard: defaultRateCard,
    reportMaxAgeMs: 1e9,
    reportsTimeoutMs: 1_000,
    intervalMs: 10_000,
    places: { well: 1, troubled: 1 },
    maxAccounts: 100,
    stopping: stopping.signal,
    now,
    log,
    metrics,
  };
  const pulls = new AccountPulls(options);
  onTestFinished(async () => {
    stopping.abort();
    await upstream.close();
    await vendor.close();
    await pulls.end();
  });
  return { pulls, vendor, database };
}

test.each(testDatabases)(
  'a pull that somebody waits for overtakes the line that it stood in before, on $name',
  async (testDatabase) => {
    const { pulls, vendor } = await openPulls(testDatabase);
    const begun: string[] = [];
    const answers: (() => void)[] = [];
    const waiting = ['bolt', 'coil', 'acme'];
    for (const account of ['first', ...waiting]) {
      vendor.forAccount(account).onMessages((_request, response) => {
        begun.push(account);
        const answer = (): void => void response.end(JSON.stringify({ messages: [someMessage] }));
        if (account === 'first') answers.push(answer);
        else answer();
      });
    }
    const pulling = ['first', ...waiting].map((account) => pulls.pull(account, false));
    await waitUntil(() => answers.length > 0);
    const hastened = pulls.pull('acme', true);
    expect(begun).toEqual(['first']);

    for (const answer of answers) answer();
    await Promise.all([...pulling, hastened]);
    expect(begun).toEqual(['first', 'acme', 'bolt', 'coil']);
    expect(pulls.has('acme')).toBe(false);
  },
);

test('a line that is idle again has all its places', async () => {
  const line = new PullLine(2);
  const { promise: end, resolve: letEnd } = Promise.withResolvers<void>();
  let underWay = 0;
  const pull = async (): Promise<void> => {
    underWay += 1;
    await end;
  };
  const all = ['a', 'b', 'c', 'd'].map((account) => line.run(account, false, pull));
  await Promise.resolve();
  expect(underWay).toBe(2);
  letEnd();
  await Promise.all(all);
  await Promise.all(['a', 'b'].map((account) => line.run(account, false, pull)));
  expect(underWay).toBe(6);
});

test.each(testDatabases)(
  'a pull that waits for the database does not count as long, and one whose upstream is slow does, on $name',
  async (testDatabase) => {
    const { pulls, vendor, database } = await openPulls(testDatabase);
    for (const account of ['acme', 'slow']) vendor.forAccount(account).setMessages([someMessage]);
    const slowly = JSON.stringify({ messages: [someMessage] });
    vendor.forAccount('slow').onMessages((_request, response) => {
      setTimeout(() => response.end(slowly), 600);
    });
    const commit = database.writes.transaction().execute(() => sleep(700));
    await pulls.pull('acme', false);
    await commit;
    expect(pulls.latest('acme')).toMatchObject({ kind: 'pulled', tookLong: false });
    await pulls.pull('slow', false);
    expect(pulls.latest('slow')).toMatchObject({ kind: 'pulled', tookLong: true });
  },
);
