import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type App, startApp, waitUntil } from '../support/app.ts';
import { type ScriptedUpstream, startScriptedUpstream } from '../support/scripted-upstream.ts';
import { makeApiKeys } from './credentials.ts';

const keys = makeApiKeys('acme', 'globex', 'initech');
const dayMs = 86_400_000;

const startTimes = { acme: '2024-05-01T00:00:00.000Z', globex: '2024-06-01T00:00:00.000Z' };

/** Three messages with the same ids and the same reports for each account; texts, times and prices differ. */
function script(upstream: ScriptedUpstream, account: 'acme' | 'globex'): void {
  const messages = [1, 2, 3].map((id) => ({
    id,
    text: `${account} secret ${id}`,
    timestamp: startTimes[account].replace('00:00:00', `00:00:0${id}`),
    // A report_id that is not there and one that is undefined are the same JSON.
    report_id: id === 3 ? 7 : undefined,
  }));
  upstream.forAccount(account).setMessages(messages);
  upstream
    .forAccount(account)
    .setReport(7, { name: `${account} report`, credit_cost: account === 'acme' ? 11 : 22 });
}

async function startForAccounts(
  settings: Readonly<Record<string, string>> = {},
  upstream?: ScriptedUpstream,
  now?: () => Date,
): Promise<App> {
  const own = upstream ?? (await startScriptedUpstream());
  script(own, 'acme');
  script(own, 'globex');
  return startApp({
    upstream: own,
    settings: {
      UPSTREAM_URL: `${own.url}/accounts/{account}`,
      API_KEYS_FILE: keys.file,
      UPSTREAM_TIMEOUT_MS: '10000',
      ...settings,
    },
    ...(now === undefined ? {} : { now }),
  });
}

/** Everything that can be asked about usage, with the ids and cursors given. */
function everything({ cursor, periodCursor, periodId, messageId }: Handles): readonly [string, object][] {
  const order = '{ field: TIMESTAMP, direction: ASC }';
  return [
    [
      '{ usage { period { id from to status } freshness { asOf stale revision } totals { creditsUsed messageCount } } }',
      {},
    ],
    [
      'query ($id: ID) { usage(periodId: $id) { totals { creditsUsed } messages { nodes { text } } } }',
      { id: periodId },
    ],
    [
      '{ usage { messages { edges { cursor node { id text timestamp creditsUsed report { id name } pricing charge { credits } } } totals { creditsUsed } } } }',
      {},
    ],
    [
      `query ($after: String) { usage { messages(after: $after, orderBy: [${order}]) { nodes { text } } } }`,
      { after: cursor },
    ],
    [
      `query ($before: String) { usage { messages(last: 2, before: $before, orderBy: [${order}]) { nodes { text } } } }`,
      { before: cursor },
    ],
    ['{ usage { messages(filter: { reportIds: [7] }) { nodes { text report { name } } } } }', {}],
    ['{ usage { messages(filter: { text: "secret" }) { nodes { text } } } }', {}],
    ['{ usage { windows(size: HOUR) { from to totals { creditsUsed messageCount } } } }', {}],
    ['{ usage { byReport { report { id name } creditCost totals { creditsUsed } } } }', {}],
    ['query ($id: ID!) { message(id: $id) { text report { name } charge { credits } } }', { id: messageId }],
    [
      'query ($after: String) { billingPeriods(after: $after) { nodes { id from to } } }',
      { after: periodCursor },
    ],
    ['{ billingPeriods { edges { cursor node { id from } } } }', {}],
    ['{ estimate(input: { reportId: 7 }) { credits } }', {}],
    ['{ rateCard { version } }', {}],
  ];
}

interface Handles {
  readonly cursor: string;
  readonly periodCursor: string;
  readonly periodId: string;
  readonly messageId: string;
}

const handlesShape = z.object({
  usage: z.object({
    period: z.object({ id: z.string() }),
    messages: z.object({
      edges: z.array(z.object({ cursor: z.string(), node: z.object({ id: z.string() }) })),
    }),
  }),
  billingPeriods: z.object({ edges: z.array(z.object({ cursor: z.string() })) }),
});

async function readHandles(app: App, headers: Record<string, string>): Promise<Handles> {
  const data = await app.data(
    '{ usage { period { id } messages(orderBy: [{ field: TIMESTAMP, direction: ASC }]) { edges { cursor node { id } } } } billingPeriods { edges { cursor } } }',
    {},
    headers,
  );
  const { usage, billingPeriods } = handlesShape.parse(data);
  return {
    cursor: (usage.messages.edges[1] ?? usage.messages.edges[0])?.cursor ?? '',
    periodCursor: billingPeriods.edges[0]?.cursor ?? '',
    periodId: usage.period.id,
    messageId: usage.messages.edges[0]?.node.id ?? '',
  };
}

describe('two accounts with the same message and report ids', () => {
  it('see their own usage in every answer, and nothing of the other', async () => {
    const app = await startForAccounts();
    for (const [mine, other] of [
      ['acme', 'globex'],
      ['globex', 'acme'],
    ] as const) {
      const handles = await readHandles(app, keys.headers[mine]);
      for (const [document, variables] of everything(handles)) {
        const { body } = await app.query(document, variables, keys.headers[mine]);
        expect(body.errors).toBeUndefined();
        expectNothingOf(other, JSON.stringify(body));
      }
      for (const path of ['/usage', '/usage.csv', `/usage.csv?period=${handles.periodId}`]) {
        const response = await app.get(path, keys.headers[mine]);
        expect(response.status).toBe(200);
        const text = await response.text();
        expect(text).toContain(`${mine} report`);
        expectNothingOf(other, text);
      }
    }
  });

  it('cannot use what they learned of the other', async () => {
    const app = await startForAccounts();
    const handles = await readHandles(app, keys.headers.acme);
    await readHandles(app, keys.headers.globex);
    for (const [document, variables] of everything(handles)) {
      const { status, body } = await app.query(document, variables, keys.headers.globex);
      expect(status).toBe(200);
      expectNothingOf('acme', JSON.stringify(body));
    }
  });

  it('get the same answer for the other’s cursors, periods and messages as for those that never were', async () => {
    const app = await startForAccounts();
    // acme has a second period and a message 9, which globex has not.
    await readHandles(app, keys.headers.acme);
    const later = { id: 9, text: 'acme secret 9', timestamp: '2024-07-01T00:00:00.000Z' };
    app.upstream.forAccount('acme').setMessages([later]);
    await app.waitForRevision(2, keys.headers.acme);
    const handles = await readHandles(app, keys.headers.acme);
    const { cursor } = await readHandles(app, keys.headers.globex);
    expect(handles.periodId).toBe('2');

    const order = 'orderBy: [{ field: TIMESTAMP, direction: ASC }]';
    const asked: readonly [string, string, string][] = [
      [
        `query ($x: String) { usage { messages(after: $x, ${order}) { nodes { id } } } }`,
        handles.cursor,
        'x'.repeat(40),
      ],
      ['query ($x: ID) { usage(periodId: $x) { totals { creditsUsed } } }', '2', '77'],
      ['query ($x: ID!) { message(id: $x) { text } }', '9', '77'],
    ];
    for (const [document, foreign, madeUp] of asked) {
      const answers = await Promise.all(
        [foreign, madeUp].map(async (x) => (await app.query(document, { x }, keys.headers.globex)).body),
      );
      const [ofForeign, ofMadeUp] = answers.map((body, n) =>
        JSON.stringify(body).replaceAll(n === 0 ? foreign : madeUp, 'X'),
      );
      expect(ofForeign).toBe(ofMadeUp);
    }
    const csv = await Promise.all(
      ['2', '77'].map(async (period) => {
        const response = await app.get(`/usage.csv?period=${period}`, keys.headers.globex);
        return [response.status, await response.text()];
      }),
    );
    expect(csv[0]).toEqual(csv[1]);
    expect(csv[0]?.[0]).toBe(404);
    // The cursor of the account itself still works.
    const own = await app.query(asked[0]?.[0] ?? '', { x: cursor }, keys.headers.globex);
    expect(own.body.errors).toBeUndefined();
  });
});

function expectNothingOf(account: 'acme' | 'globex', text: string): void {
  expect(text).not.toContain(account);
  expect(text).not.toContain(startTimes[account].slice(0, 10));
  // The report's price in each spelling: 11 or 22 credits.
  expect(text).not.toMatch(
    account === 'acme' ? /"11\.00"|,11\.00|"credits_used":11\b/ : /"22\.00"|,22\.00|"credits_used":22\b/,
  );
}

function messagesOf(account: string): string {
  return `/accounts/${account}/messages/current-period`;
}

describe('following accounts', () => {
  it('pulls an account when it is first asked for, once however many ask, and from then on', async () => {
    const app = await startForAccounts({ SYNC_INTERVAL_MS: '3000' });
    await sleep(100);
    expect(app.upstream.countOf(messagesOf('acme'))).toBe(0);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        app.query('{ usage { totals { messageCount } } }', {}, keys.headers.acme),
      ),
    );
    expect(answers.map(({ body }) => body.data)).toEqual(
      answers.map(() => ({ usage: { totals: { messageCount: 3 } } })),
    );
    expect(app.upstream.countOf(messagesOf('acme'))).toBe(1);
    expect(app.upstream.countOf(messagesOf('globex'))).toBe(0);
    await waitUntil(() => app.upstream.countOf(messagesOf('acme')) === 2);
  });

  it('keeps one that was never pulled waiting no longer than the deadline, and delays no other', async () => {
    const upstream = await startScriptedUpstream();
    upstream.forAccount('initech').onMessages(() => {});
    const app = await startForAccounts({ UPSTREAM_TIMEOUT_MS: '1500' }, upstream);
    const startMs = performance.now();
    const slow = app.query('{ usage { totals { messageCount } } }', {}, keys.headers.initech);
    const quick = await app.query('{ usage { totals { messageCount } } }', {}, keys.headers.acme);
    const quickMs = performance.now() - startMs;
    expect(quick.body.data).toEqual({ usage: { totals: { messageCount: 3 } } });
    expect(quickMs).toBeLessThan(1_400);
    expect((await slow).body.errors?.[0]?.extensions.code).toBe('UPSTREAM_UNAVAILABLE');
    expect(performance.now() - startMs).toBeLessThan(1_500 + 1_500);
    expect((await app.get('/readyz')).status).toBe(200);
  });

  it('lets an account rest when nobody asked for it in seven days, until somebody does', async () => {
    // It runs on: what is due goes by the clock.
    let aheadMs = 0;
    const app = await startForAccounts({}, undefined, () => new Date(Date.now() + aheadMs));
    await readHandles(app, keys.headers.acme);
    await readHandles(app, keys.headers.globex);
    aheadMs += 4 * dayMs;
    await readHandles(app, keys.headers.globex);
    aheadMs += 3 * dayMs + 1_000;
    // One pull of it may still be under way.
    await waitUntil(async () => {
      app.upstream.clearRequests();
      await waitUntil(() => app.upstream.countOf(messagesOf('globex')) >= 5);
      return app.upstream.countOf(messagesOf('acme')) === 0;
    });
    await waitUntil(() => app.upstream.countOf(messagesOf('globex')) >= 10);
    expect(app.upstream.countOf(messagesOf('acme'))).toBe(0);
    await readHandles(app, keys.headers.acme);
    const rested = app.upstream.countOf(messagesOf('acme'));
    await waitUntil(() => app.upstream.countOf(messagesOf('acme')) > rested + 2);
  });

  it('goes on with the accounts of the last week after a restart, and takes over those of another instance', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'usage-accounts-'));
    try {
      const settings = { DATABASE_URL: `file:${folder}/usage.db` };
      const first = await startForAccounts(settings);
      await readHandles(first, keys.headers.acme);
      await first.close();

      const upstream = await startScriptedUpstream();
      const second = await startForAccounts(settings, upstream);
      await waitUntil(() => upstream.countOf(messagesOf('acme')) >= 2);
      expect(upstream.countOf(messagesOf('globex'))).toBe(0);

      const othersUpstream = await startScriptedUpstream();
      const other = await startForAccounts(settings, othersUpstream);
      await readHandles(other, keys.headers.globex);
      await other.close();
      await waitUntil(() => upstream.countOf(messagesOf('globex')) >= 2);
      await second.close();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('pulls the one account that there is without authentication, and never lets it rest', async () => {
    // It runs on: what is due goes by the clock.
    let aheadMs = 0;
    const app = await startApp({ now: () => new Date(Date.now() + aheadMs) });
    await waitUntil(() => app.upstream.countOf('/messages/current-period') >= 2);
    aheadMs += 30 * dayMs;
    app.upstream.clearRequests();
    await waitUntil(() => app.upstream.countOf('/messages/current-period') >= 3);
    expect((await app.get('/readyz')).status).toBe(200);
  });
});
