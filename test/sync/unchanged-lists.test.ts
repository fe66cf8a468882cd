import type { IncomingMessage, ServerResponse } from 'node:http';
import { sql } from 'kysely';
import { describe, expect, it, onTestFinished } from 'vitest';
import { defaultRateCard, type RateCard } from '../../src/billing/rate-card.ts';
import type { Database } from '../../src/ledger/database/database.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import { LeaseLost } from '../../src/ledger/recording/pull.ts';
import { AccountPulls } from '../../src/sync/account-pulls.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { createUpstream } from '../../src/upstream/upstream.ts';
import { account, readUsage } from '../ledger/test-ledger.ts';
import { captureLog } from '../support/captured-log.ts';
import { countStatements } from '../support/counted-database.ts';
import { type TestDatabase, testDatabases } from '../support/databases.ts';
import { type ScriptedUpstream, startScriptedUpstream } from '../support/scripted-upstream.ts';

const path = '/messages/current-period';
const now = (): Date => new Date();

function messagesUpTo(count: number, text = '123'): readonly object[] {
  return Array.from({ length: count }, (_, index) => ({
    id: index + 1,
    text,
    timestamp: '2024-04-29T02:08:29.375Z',
  }));
}

interface Pulled {
  readonly vendor: ScriptedUpstream;
  readonly statements: string[];
  readonly ledger: Ledger;
  readonly database: Database;
  /** Pulls once. @returns how that ended: `changed` or `unchanged` */
  readonly pull: (options?: {
    readonly rateCard?: RateCard;
    readonly validatorMaxAgeMs?: number;
  }) => Promise<string>;
}

async function startPulls(
  testDatabase: TestDatabase,
  { maxKeptBytes, reportMaxAgeMs = 1e9 }: { maxKeptBytes?: number; reportMaxAgeMs?: number } = {},
): Promise<Pulled> {
  const vendor = await startScriptedUpstream();
  const opened = await testDatabase.open();
  const { database, statements } = countStatements(opened);
  const { log, lines } = captureLog();
  const limits = {
    timeoutMs: 10_000,
    maxBytes: 1e9,
    ...(maxKeptBytes === undefined ? {} : { maxKeptBytes }),
  };
  const upstream = createUpstream({ baseUrl: vendor.url, ...limits, log, metrics: createMetrics() });
  const ledger = new Ledger({ database, now });
  await ledger.migrate();
  onTestFinished(async () => {
    await upstream.close();
    await vendor.close();
    await opened.close();
    expect(lines).toEqual([]);
  });
  return {
    vendor,
    statements,
    ledger,
    database,
    async pull({ rateCard = defaultRateCard, ...options } = {}) {
      const metrics = createMetrics();
      const pulls = new AccountPulls({
        ledger,
        upstream,
        rateCard,
        reportMaxAgeMs,
        reportsTimeoutMs: 1_000,
        intervalMs: 0,
        maxAccounts: 10,
        stopping: new AbortController().signal,
        now,
        log,
        metrics,
        ...options,
      });
      vendor.clearRequests();
      statements.length = 0;
      await pulls.pull(account, false);
      expect(pulls.latest(account)).toMatchObject({ kind: 'pulled', failure: null });
      const { values } = await metrics.pulls.get();
      return values.map(({ labels }) => labels.outcome).join();
    },
  };
}

/** Answers with a list under a validator, and 304 to whom has it; the list and the validator may be changed apart. */
function tellTagged(vendor: ScriptedUpstream, told: { list: readonly object[]; etag: string }): void {
  vendor.onMessages((request: IncomingMessage, response: ServerResponse) => {
    const isKnown = request.headers['if-none-match'] === told.etag;
    response.writeHead(isKnown ? 304 : 200, { etag: told.etag });
    response.end(isKnown ? undefined : JSON.stringify({ messages: told.list }));
  });
}

async function countMessages(ledger: Ledger): Promise<number> {
  return (await readUsage(ledger)).totals.messageCount;
}

describe.each(testDatabases)('a list that has not changed, on $name', (testDatabase) => {
  it('is noted in three statements, and nothing of it is decoded or staged', async () => {
    const { vendor, statements, ledger, pull } = await startPulls(testDatabase);
    vendor.setMessages([...messagesUpTo(60)]);
    expect(await pull()).toBe('changed');
    const before = (await readUsage(ledger)).freshness;
    expect(await pull()).toBe('unchanged');
    expect(statements).toHaveLength(3); // when it is due, the lease, and that it was pulled
    expect(statements.join()).not.toContain('staged');
    const after = (await readUsage(ledger)).freshness;
    expect(after.revision).toBe(before.revision);
    expect(after.asOfMs).toBeGreaterThanOrEqual(before.asOfMs);
  });

  it('need not be sent again by an upstream that gives validators', async () => {
    const { vendor, statements, ledger, pull } = await startPulls(testDatabase);
    const told = { list: messagesUpTo(3), etag: '"a"' };
    tellTagged(vendor, told);
    expect(await pull()).toBe('changed');
    expect(vendor.requests[0]?.headers['if-none-match']).toBeUndefined();
    expect(await pull()).toBe('unchanged');
    expect(vendor.requests[0]?.headers['if-none-match']).toBe('"a"');
    expect(statements).toHaveLength(3);
    Object.assign(told, { list: messagesUpTo(4), etag: '"b"' });
    expect(await pull()).toBe('changed');
    expect(await countMessages(ledger)).toBe(4);
    expect(await pull()).toBe('unchanged');
    expect(vendor.requests[0]?.headers['if-none-match']).toBe('"b"');
  });

  it('is believed to be so no longer than the validators are young', async () => {
    const { vendor, ledger, pull } = await startPulls(testDatabase);
    const told = { list: messagesUpTo(3), etag: '"a"' };
    tellTagged(vendor, told);
    expect(await pull()).toBe('changed');
    // The validator stays while the body changes.
    told.list = messagesUpTo(4);
    expect(await pull()).toBe('unchanged');
    expect(await countMessages(ledger)).toBe(3);
    expect(await pull({ validatorMaxAgeMs: 0 })).toBe('changed');
    expect(await countMessages(ledger)).toBe(4);
  });

  it('is read again when another card is to price it', async () => {
    const { vendor, ledger, pull } = await startPulls(testDatabase);
    const told = { list: messagesUpTo(3), etag: '"a"' };
    tellTagged(vendor, told);
    expect(await pull()).toBe('changed');
    const rateCard = { ...defaultRateCard, version: 'other' };
    expect(await pull({ rateCard })).toBe('changed');
    expect((await readUsage(ledger)).rateCard.version).toBe('other');
    expect(await pull({ rateCard })).toBe('unchanged');
  });

  it('is read again until its reports are known, and again when they are old', async () => {
    const { vendor, ledger, pull } = await startPulls(testDatabase, { reportMaxAgeMs: 1_000 });
    vendor.setMessages([{ ...messagesUpTo(1)[0], report_id: 5 }]);
    vendor.setReport(5, { name: 'Lease Report', credit_cost: 15.5 });
    expect(await pull()).toBe('changed');
    expect(await pull()).toBe('unchanged');
    expect(vendor.countOf('/reports/5')).toBe(0);
    vendor.setReport(5, { name: 'Lease Report', credit_cost: 20 });
    await expect.poll(() => pull(), { timeout: 10_000, interval: 100 }).toBe('changed');
    expect((await readUsage(ledger)).totals.creditsUsed.toString()).toBe('20.00');
  });
});

describe.each(testDatabases)('a list that has changed, on $name', (testDatabase) => {
  it('is recorded, also when it is again what it was before', async () => {
    const { vendor, ledger, pull } = await startPulls(testDatabase);
    for (const text of ['123', '1234', '123']) {
      vendor.setMessages([...messagesUpTo(2, text)]);
      expect(await pull()).toBe('changed');
      expect(await pull()).toBe('unchanged');
    }
    expect((await readUsage(ledger)).freshness.revision).toBe(3);
  });

  it('is recorded also when it is too long to be kept in memory', async () => {
    const { vendor, ledger, pull } = await startPulls(testDatabase, { maxKeptBytes: 1_000 });
    vendor.setMessages([...messagesUpTo(2_500)]);
    expect(await pull()).toBe('changed');
    expect(await pull()).toBe('unchanged');
    vendor.setMessages([...messagesUpTo(2_501)]);
    expect(await pull()).toBe('changed');
    expect(await countMessages(ledger)).toBe(2_501);
    expect(vendor.countOf(path)).toBe(1);
  });

  it('is not asked for while another pull has the lease, nor when it was pulled meanwhile', async () => {
    const { vendor, ledger, pull } = await startPulls(testDatabase);
    vendor.setMessages([...messagesUpTo(2)]);
    await pull();
    const seen = await ledger.readPullTime(account, 0);
    const other = await ledger.takeLease(account, seen);
    expect(other).not.toBeNull();
    expect(await ledger.takeLease(account, seen)).toBeNull();
    await other?.noteUnchanged({ validators: null, pauseMs: 60_000 });
    expect(await ledger.takeLease(account, seen)).toBeNull();
    expect(await ledger.takeLease(account, await ledger.readPullTime(account, 0))).not.toBeNull();
  });

  it('is not noted by a pull whose lease was lost', async () => {
    const { vendor, ledger, database, pull } = await startPulls(testDatabase);
    vendor.setMessages([...messagesUpTo(2)]);
    await pull();
    const before = (await readUsage(ledger)).freshness;
    const lost = await ledger.takeLease(account);
    await sql`update accounts set lease_owner = 'another'`.execute(database.writes);
    await expect(lost?.noteUnchanged({ validators: null, pauseMs: 0 })).rejects.toThrow(LeaseLost);
    expect((await readUsage(ledger)).freshness).toEqual(before);
  });
});
