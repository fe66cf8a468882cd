import { describe, expect, it, onTestFinished } from 'vitest';
import { makeApiKeys } from '../http/credentials.ts';
import { type App, startApp, waitUntil } from '../support/app.ts';
import { type ScriptedUpstream, startScriptedUpstream } from '../support/scripted-upstream.ts';

const healthy = ['h1', 'h2', 'h3', 'h4', 'h5'];
const newcomers = ['n1', 'n2', 'n3', 'n4', 'n5'];
const hanging = Array.from({ length: 20 }, (_, index) => `slow${index}`);
const keys = makeApiKeys(...healthy, ...newcomers, ...hanging);
const someMessage = { id: 1, text: '123', timestamp: '2024-04-29T02:08:29.375Z' };
const usage = '{ usage { totals { messageCount } } }';
const oneMessage = { usage: { totals: { messageCount: 1 } } };

// Far longer than a test takes: a caller who waits for a hanging call waits in vain.
const forEverMs = '600000';

function messagesOf(account: string): string {
  return `/accounts/${account}/messages/current-period`;
}

async function startForAccounts(
  timeoutMs: string,
): Promise<{ readonly app: App; readonly upstream: ScriptedUpstream }> {
  const upstream = await startScriptedUpstream();
  for (const account of [...healthy, ...newcomers, ...hanging])
    upstream.forAccount(account).setMessages([someMessage]);
  const app = await startApp({
    upstream,
    settings: {
      UPSTREAM_URL: `${upstream.url}/accounts/{account}`,
      API_KEYS_FILE: keys.file,
      SYNC_INTERVAL_MS: '100',
      UPSTREAM_TIMEOUT_MS: timeoutMs,
    },
  });
  onTestFinished(async () => {
    await app.close();
    await upstream.close();
  });
  return { app, upstream };
}

async function expectFirstAnswers(app: App, accounts: readonly string[]): Promise<void> {
  const answers = accounts.map((account) => app.data(usage, {}, keys.headers[account]));
  expect(await Promise.all(answers)).toEqual(accounts.map(() => oneMessage));
}

/** Waits until each healthy account was pulled some more times. */
async function expectRefreshes(upstream: ScriptedUpstream, more: number): Promise<void> {
  const before = countPulls(upstream, healthy);
  await waitUntil(() =>
    countPulls(upstream, healthy).every((count, index) => count >= (before[index] ?? 0) + more),
  );
}

/** The calls for each account's messages so far. */
function countPulls(upstream: ScriptedUpstream, accounts: readonly string[]): readonly number[] {
  return accounts.map((account) => upstream.countOf(messagesOf(account)));
}

describe('twenty accounts that hang', () => {
  it('from their first pulls on delay neither refreshes nor first pulls of others', async () => {
    const { app, upstream } = await startForAccounts(forEverMs);
    await expectFirstAnswers(app, healthy);
    for (const account of hanging) upstream.forAccount(account).onMessages(() => {});
    const unanswered = hanging.map((account) => app.query(usage, {}, keys.headers[account]));
    // The newcomers stand in line behind all of them.
    await waitUntil(() => countPulls(upstream, hanging).some((count) => count > 0));
    await expectFirstAnswers(app, newcomers);
    await expectRefreshes(upstream, 5);
    // Nobody gave up on them.
    expect(countPulls(upstream, hanging)).toEqual(hanging.map(() => 1));
    await app.close();
    const codes = (await Promise.all(unanswered)).map(({ body }) => body.errors?.[0]?.extensions.code);
    expect(new Set(codes)).toEqual(new Set(['UPSTREAM_UNAVAILABLE']));
  });

  it('when they are refreshed do not either', async () => {
    const { app, upstream } = await startForAccounts(forEverMs);
    await expectFirstAnswers(app, [...healthy, ...hanging]);
    let openCount = 0;
    for (const account of hanging) {
      upstream.forAccount(account).onMessages(() => {
        openCount += 1;
      });
    }
    await waitUntil(() => openCount === hanging.length);
    await expectRefreshes(upstream, 5);
    await expectFirstAnswers(app, newcomers);
    expect(openCount).toBe(hanging.length);
  });

  it('in their reports do not either', async () => {
    const { app, upstream } = await startForAccounts(forEverMs);
    await expectFirstAnswers(app, healthy);
    let openCount = 0;
    const reportIds = Array.from({ length: 8 }, (_, index) => index + 1);
    for (const account of hanging) {
      const script = upstream.forAccount(account);
      script.setMessages(reportIds.map((id) => ({ ...someMessage, id, report_id: id })));
      for (const id of reportIds) {
        script.setReport(id, () => {
          openCount += 1;
        });
      }
    }
    const unanswered = hanging.map((account) => app.query(usage, {}, keys.headers[account]));
    // 20 accounts with the 8 calls that each may have open.
    await waitUntil(() => openCount === 160);
    await expectFirstAnswers(app, newcomers);
    await expectRefreshes(upstream, 5);
    expect(openCount).toBe(160);
    await app.close();
    await Promise.all(unanswered);
  });

  it('and fail, again and again, hold up only each other, and are served once they are well', async () => {
    const { app, upstream } = await startForAccounts('1500');
    await expectFirstAnswers(app, healthy);
    for (const account of hanging) upstream.forAccount(account).onMessages(() => {});
    await Promise.all(hanging.map((account) => app.query(usage, {}, keys.headers[account])));
    upstream.clearRequests();
    await waitUntil(() => countPulls(upstream, hanging).every((count) => count >= 2), 25_000);
    // In one line with them, everybody would get about as many turns.
    expect(Math.min(...countPulls(upstream, healthy))).toBeGreaterThan(
      2 * Math.max(...countPulls(upstream, hanging)),
    );

    for (const account of hanging) upstream.forAccount(account).onMessages(null);
    await expectFirstAnswersSoon(app, hanging);
  }, 60_000);
});

/** Their next pulls are under way or about to be: until then, they are told that there is nothing. */
async function expectFirstAnswersSoon(app: App, accounts: readonly string[]): Promise<void> {
  for (const account of accounts) {
    await waitUntil(async () => {
      const { body } = await app.query(usage, {}, keys.headers[account]);
      return JSON.stringify(body.data) === JSON.stringify(oneMessage);
    });
  }
}
