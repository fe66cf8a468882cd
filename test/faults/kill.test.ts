import { sql } from 'kysely';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../src/ledger/database/database.ts';
import { startApp, waitUntil } from '../support/app.ts';
import { type ScriptedUpstream, startScriptedUpstream } from '../support/scripted-upstream.ts';
import { spawnCalmService } from './calm-service.ts';
import { isFullRun, reportFinding } from './full-runs.ts';
import { ledgerPlaces } from './ledger-places.ts';
import { hashRows } from './rows-hash.ts';

const kills = isFullRun ? 20 : 3;
const messageCount = isFullRun ? 100_000 : 4_000;
const hour = 3_600_000;
const patienceMs = isFullRun ? 300_000 : 30_000;

let upstream: ScriptedUpstream;
beforeAll(async () => {
  upstream = await startScriptedUpstream();
  upstream.setReport(1, { name: 'Short lease', credit_cost: 15.5 });
});
afterAll(() => upstream.close());

describe.each(ledgerPlaces)('kill -9 during a pull into $name', (place) => {
  test(
    'leaves a ledger that, once a pull goes through, has the rows of one that was never killed',
    { timeout: isFullRun ? 3_600_000 : 90_000 },
    async () => {
      const killedUrl = await place.createUrl();
      const cleanUrl = await place.createUrl();
      const killed = openDatabase(killedUrl);
      const clean = openDatabase(cleanUrl);
      const app = await startApp({ upstream, settings: { ...patient, DATABASE_URL: cleanUrl } });
      const killedAtMs: number[] = [];
      let cutOff = 0;
      // Ends with a pull that nobody kills.
      for (let version = 1; version <= kills; version++) {
        upstream.setMessages(snapshot(version));
        const begin = performance.now();
        await waitUntil(async () => (await readRevision(clean)) === version, patienceMs);
        const pullMs = performance.now() - begin;

        const victim = spawnCalmService({ ...patient, UPSTREAM_URL: upstream.url, DATABASE_URL: killedUrl });
        const asked = upstream.countOf(messagesPath);
        await victim.ready();
        await waitUntil(() => upstream.countOf(messagesPath) > asked);
        // From before the first byte to about the commit; the pull beside this one was the slower one.
        const delayMs = (pullMs * 0.7 * ((version * 7) % kills)) / kills;
        await sleep(delayMs);
        victim.child.kill('SIGKILL');
        await victim.exitCode();
        killedAtMs.push(Math.round(delayMs));
        if ((await readRevision(killed)) < version) cutOff += 1;

        // Stands for the 12 s after which the dead pull's lease runs out by itself.
        if (await hasTable(killed)) await sql`update accounts set lease_until_ms = 0`.execute(killed.writes);
        const survivor = spawnCalmService({
          ...patient,
          UPSTREAM_URL: upstream.url,
          DATABASE_URL: killedUrl,
        });
        await survivor.ready();
        await waitUntil(async () => (await readRevision(killed)) === version, patienceMs);
        survivor.child.kill('SIGTERM');
        expect(await survivor.exitCode()).toBe(0);
        expect(await hashRows(killed)).toBe(await hashRows(clean));
      }
      reportFinding(`kill -9 (${killedUrl.slice(0, 8)})`, { kills, messageCount, cutOff, killedAtMs });
      // A run in which every pull was done before its kill would show nothing.
      expect(cutOff).toBeGreaterThan(0);
      expect((await sql`select 1 from staged_messages`.execute(killed.writes).catch(noTable)).rows).toEqual(
        [],
      );
      await app.close();
      await Promise.all([killed.close(), clean.close()]);
    },
  );
});

const messagesPath = '/messages/current-period';
const patient = { SYNC_INTERVAL_MS: '200', LOG_LEVEL: 'silent', UPSTREAM_TIMEOUT_MS: '60000' };

/** The upstream's period at one time: of each version, some messages are new, some changed and some gone. */
function snapshot(version: number): readonly object[] {
  const first = version * 10;
  return Array.from({ length: messageCount }, (_, index) => {
    const id = first + index;
    const text = id % 50 === version % 50 ? `message ${id}, changed at ${version}` : `message ${id}`;
    const timestamp = new Date(Date.UTC(2024, 3, 1) + id * (hour / 1_000)).toISOString();
    return id % 10 === 0 ? { id, text, timestamp, report_id: 1 } : { id, text, timestamp };
  });
}

async function readRevision({ reads }: Database): Promise<number> {
  const result = await sql<{ revision: number }>`select revision from accounts`
    .execute(reads)
    .catch(() => ({ rows: [] }));
  return result.rows[0]?.revision ?? 0;
}

async function hasTable({ reads }: Database): Promise<boolean> {
  return sql`select 1 from accounts`.execute(reads).then(
    () => true,
    () => false,
  );
}

/** SQLite's staging table belongs to the connection that made it. */
function noTable(): { readonly rows: readonly unknown[] } {
  return { rows: [] };
}
