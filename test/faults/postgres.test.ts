import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { waitUntil } from '../support/app.ts';
import { type ScriptedUpstream, startScriptedUpstream } from '../support/scripted-upstream.ts';
import type { ServiceProcess } from '../main/service-process.ts';
import { spawnCalmService } from './calm-service.ts';
import { createMessages } from './created-messages.ts';
import { isFullRun, reportFinding } from './full-runs.ts';
import { askForUsage, countOutcomes, readMaxMs, type OutsideView, watchFromOutside } from './outside-view.ts';
import { createPostgresServer, findPostgres, type PostgresServer } from './postgres-server.ts';

const bin = findPostgres();
if (bin === null)
  console.log('no PostgreSQL programs under /usr/lib/postgresql: its outages are not tested here');

// How long a request may wait for a database that is not there; and how long until all is well again.
const maxWaitMs = 2_000;
const maxHealingMs = 5_000;
const outageMs = isFullRun ? 10_000 : 3_000;

const down = { outcome: 'DATABASE_UNAVAILABLE', messageCount: null };

describe.runIf(bin !== null)('when its PostgreSQL', () => {
  let server: PostgresServer;
  let upstream: ScriptedUpstream;
  beforeAll(async () => {
    if (bin === null) return;
    upstream = await startScriptedUpstream();
    upstream.setMessages(createMessages(1_000));
    server = await createPostgresServer(bin);
  });
  afterAll(async () => {
    await server.remove();
    await upstream.close();
  });

  const start = (): ServiceProcess =>
    spawnCalmService({ DATABASE_URL: server.url, UPSTREAM_URL: upstream.url, SYNC_INTERVAL_MS: '1000' });

  test('is down at the start, it starts all the same, says so, and is there as soon as the server is', async () => {
    const service = start();
    const url = await service.ready();
    expect((await fetch(`${url}/livez`)).status).toBe(200);
    const readiness = await fetch(`${url}/readyz`);
    expect(readiness.status).toBe(503);
    expect(await readiness.json()).toEqual({ status: 'unavailable', reason: 'the database does not answer' });
    const rest = await fetch(`${url}/usage`);
    expect([rest.status, rest.headers.get('retry-after')]).toEqual([503, '2']);
    expect(await rest.json()).toMatchObject({ error: { code: 'DATABASE_UNAVAILABLE' } });
    expect(await askForUsage(url)).toEqual(down);

    const view = watchFromOutside(url);
    await sleep(1_000);
    const begin = performance.now();
    await server.start();
    const upMs = performance.now();
    await waitUntil(async () => (await fetch(`${url}/readyz`)).status === 200);
    const healedMs = performance.now() - upMs;
    expect(await askForUsage(url)).toEqual({ outcome: 'ok', messageCount: 1_000 });
    await view.end();
    // The first to be answered wait for the first pull, which is no matter of the database's.
    expectHonest({ ...view, queries: view.queries.filter(({ outcome }) => outcome !== 'ok') });
    expect(healedMs).toBeLessThan(maxHealingMs);
    reportFinding('PostgreSQL down at the start', { ...tell(view), healedMs, serverStartMs: upMs - begin });
    await end(service);
  }, 60_000);

  test.each([
    ['is killed and started again', () => server.kill(), () => server.start()],
    ['is restarted', () => server.stop(), () => server.start()],
    ['is frozen for a while', async () => server.freeze(), async () => server.thaw()],
  ])(
    '%s, nobody waits long, nothing is lost, and it heals by itself',
    async (fault, hurt, heal) => {
      upstream.setMessages(createMessages(1_000));
      const service = start();
      const url = await service.ready();
      await waitUntil(async () => (await askForUsage(url)).messageCount !== null);
      upstream.setMessages(createMessages(1_100));
      await waitUntil(async () => (await askForUsage(url)).messageCount === 1_100);

      const view = watchFromOutside(url);
      await sleep(500);
      const hurtAtMs = performance.now();
      await hurt();
      await sleep(outageMs / 2);
      upstream.setMessages(createMessages(1_200));
      await sleep(outageMs / 2);
      await heal();
      const healedAtMs = performance.now();
      await waitUntil(() => isWellSince(view, healedAtMs));
      const healingMs = performance.now() - healedAtMs;
      await waitUntil(() => view.queries.at(-1)?.messageCount === 1_200);
      const freshMs = performance.now() - healedAtMs;
      await view.end();

      expectHonest(view);
      expect(healingMs).toBeLessThan(maxHealingMs);
      // What was recorded before is there at every answer, and then what came meanwhile.
      const counts = view.queries.map(({ messageCount }) => messageCount).filter((count) => count !== null);
      expect(new Set(counts)).toEqual(new Set([1_100, 1_200]));
      expect(counts.toSorted((a, b) => a - b)).toEqual(counts);
      expect(view.readiness.some(({ status }) => status === 503)).toBe(true);
      expect(view.queries.some(({ outcome }) => outcome === 'DATABASE_UNAVAILABLE')).toBe(true);
      const outages = service.output.stderr.match(/the database is unavailable"/g) ?? [];
      expect(outages).toHaveLength(1);
      reportFinding(`PostgreSQL ${fault}`, {
        ...tell(view),
        healingMs,
        freshMs,
        outageMs: healedAtMs - hurtAtMs,
      });
      await end(service);
    },
    60_000,
  );
});

async function end(service: ServiceProcess): Promise<void> {
  service.child.kill('SIGTERM');
  expect(await service.exitCode()).toBe(0);
}

/** Right or honest, and never late. */
function expectHonest(view: OutsideView): void {
  expect(readMaxMs(view)).toBeLessThan(maxWaitMs);
  expect(new Set(view.liveness)).toEqual(new Set([200]));
  const outcomes = Object.keys(countOutcomes(view.queries));
  expect(outcomes.filter((outcome) => outcome !== 'DATABASE_UNAVAILABLE' && outcome !== 'ok')).toEqual([]);
  const unready = view.readiness.filter(({ status }) => status !== 200);
  for (const { status, reason } of unready)
    expect([status, reason]).toEqual([503, expect.stringMatching(/database|first pull/)]);
}

function isWellSince({ queries, readiness }: OutsideView, sinceMs: number): boolean {
  const lastQuery = queries.at(-1);
  const lastProbe = readiness.at(-1);
  return (
    lastQuery !== undefined &&
    lastProbe !== undefined &&
    lastQuery.atMs > sinceMs &&
    lastProbe.atMs > sinceMs &&
    lastQuery.outcome === 'ok' &&
    lastProbe.status === 200
  );
}

function tell(view: OutsideView): Readonly<Record<string, unknown>> {
  return {
    ...countOutcomes(view.queries),
    maxMs: Math.round(readMaxMs(view)),
    probes: view.liveness.length,
  };
}
