import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type App, startApp, waitUntil } from '../support/app.ts';
import type { RawHandler } from '../support/scripted-upstream.ts';

const first = { id: 1, text: 'rent', timestamp: '2024-04-29T02:00:00Z' };
const second = { id: 2, text: 'rent', timestamp: '2024-04-29T03:00:00Z', report_id: 5 };
const whole = JSON.stringify({ messages: [first, second] });

const outages: readonly { readonly name: string; readonly handler: RawHandler }[] = [
  { name: 'hangs', handler: () => {} },
  { name: 'answers 500', handler: (_, response) => response.writeHead(500).end() },
  { name: 'answers HTML', handler: (_, response) => response.end('<html>busy</html>') },
  {
    name: 'breaks off in the middle of a message',
    handler: (_, response) => response.write(whole.slice(0, -40), () => response.destroy()),
  },
  { name: 'ends in the middle of a message', handler: (_, response) => response.end(whole.slice(0, -40)) },
  {
    name: 'stalls in the middle of a message',
    handler: (_, response) => response.write(whole.slice(0, -40)),
  },
];

const answer = z.object({
  usage: z.object({
    freshness: z.object({ asOf: z.string(), stale: z.boolean(), revision: z.number() }),
    messages: z.object({ nodes: z.array(z.object({ id: z.string() })) }),
  }),
});

async function readUsage(app: App): Promise<z.infer<typeof answer>['usage']> {
  const data = await app.data('{ usage { freshness { asOf stale revision } messages { nodes { id } } } }');
  return answer.parse(data).usage;
}

/** The median of twenty queries. */
async function timeQueries(app: App): Promise<number> {
  const timesMs: number[] = [];
  for (let query = 0; query < 20; query++) {
    const startMs = performance.now();
    await readUsage(app);
    timesMs.push(performance.now() - startMs);
  }
  return timesMs.toSorted((a, b) => a - b)[10] ?? Infinity;
}

/** A service with one message recorded; interval and deadline stand to each other as they do by default. */
function start(): Promise<App> {
  return startApp({
    settings: { SYNC_INTERVAL_MS: '600', UPSTREAM_TIMEOUT_MS: '300' },
    script: (upstream) => upstream.setMessages([first]),
  });
}

/** Shows that usage is served, honestly and fast, while the upstream is out. @returns ms until it is fresh again */
async function measureRecovery(app: App, { begin, end }: Outage): Promise<number> {
  await app.waitForRevision(1);
  const healthyMs = await timeQueries(app);
  await begin();
  // A pull that was answered just before may still be on its way into the ledger.
  await sleep(2_000);
  await waitUntil(async () => (await readUsage(app)).freshness.stale);
  const stale = await readUsage(app);
  expect(Date.now() - Date.parse(stale.freshness.asOf)).toBeGreaterThan(1_200);
  // Far below the deadline of a call: no query waits for the upstream.
  expect(await timeQueries(app)).toBeLessThan(5 * healthyMs + 100);
  const later = await readUsage(app);
  expect(later).toEqual(stale);
  expect(later.messages.nodes).toEqual([{ id: '1' }]);

  await end();
  const endedAtMs = performance.now();
  await waitUntil(async () => !(await readUsage(app)).freshness.stale);
  const recoveryMs = performance.now() - endedAtMs;
  const fresh = await readUsage(app);
  expect(fresh.freshness.asOf > stale.freshness.asOf).toBe(true);
  await app.close();
  return recoveryMs;
}

interface Outage {
  readonly begin: () => void | Promise<void>;
  readonly end: () => void | Promise<void>;
}

describe.concurrent('usage is served from the ledger while the upstream', () => {
  it.each(outages)('$name, and is fresh again soon after', async ({ handler }) => {
    const app = await start();
    const recoveryMs = await measureRecovery(app, {
      begin: () => app.upstream.onMessages(handler),
      end: () => app.upstream.onMessages(null),
    });
    expect(recoveryMs).toBeLessThan(10_000);
  });

  it('takes no connections, and is fresh again soon after', async () => {
    const app = await start();
    const { upstream } = app;
    const recoveryMs = await measureRecovery(app, {
      begin: () => upstream.stop(),
      end: () => upstream.start(),
    });
    expect(recoveryMs).toBeLessThan(10_000);
  });
});

describe('a report that dies in the middle of a pull', () => {
  it('leaves its message unpriced, and the pull whole', async () => {
    const app = await startApp({
      script: (upstream) => {
        upstream.setMessages([first, second]);
        upstream.setReport(5, (response) => {
          response.writeHead(200, { 'content-length': '60' });
          response.write('{"id":5,"name":"Lease', () => response.destroy());
        });
      },
    });
    await app.waitForPull();
    const { body } = await app.query('{ usage { totals { creditsUsed messageCount unpricedCount } } }');
    // The text of the other message: 1 + 4×0.05 + 0.2 − 2, raised to 1.
    expect(body.data).toEqual({
      usage: { totals: { creditsUsed: '1.00', messageCount: 2, unpricedCount: 1 } },
    });
    await app.close();
  });
});
