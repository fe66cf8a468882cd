import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type App, startApp, waitUntil } from '../support/app.ts';
import type { Database } from '../../src/ledger/database/database.ts';
import { ageReports } from '../ledger/test-ledger.ts';
import { testDatabases } from '../support/databases.ts';
import { oddReports } from './odd-reports.ts';

const reported = { id: 1, text: 'rent', timestamp: '2024-04-29T02:00:00Z', report_id: 5 };
const plain = { id: 2, text: 'rent', timestamp: '2024-04-29T03:00:00Z' };
const document = `query ($id: ID) { usage(periodId: $id) {
  totals { creditsUsed messageCount unpricedCount }
  messages { nodes { id creditsUsed report { name } charge { kind } } }
} }`;

interface Priced {
  readonly credits: string;
  readonly report: string | null;
  /** Of both messages. */
  readonly total: string;
}

/** Usage with message 1 charged so, and message 2 from its text: 1 + 4×0.05 + 0.2 − 2, raised to 1. */
function priced({ credits, report, total }: Priced): object {
  const one = {
    id: '1',
    creditsUsed: credits,
    report: report === null ? null : { name: report },
    charge: { kind: report === null ? 'TEXT' : 'REPORT' },
  };
  const two = { id: '2', creditsUsed: '1.00', report: null, charge: { kind: 'TEXT' } };
  return {
    usage: {
      totals: { creditsUsed: total, messageCount: 2, unpricedCount: 0 },
      messages: { nodes: [one, two] },
    },
  };
}

/** The answer as soon as it is as expected; after 10 s, whatever it is then. */
async function readOnce(app: App, expected: object): Promise<unknown> {
  const wanted = JSON.stringify(expected);
  const isThere = async (): Promise<boolean> =>
    JSON.stringify((await app.query(document)).body.data) === wanted;
  await waitUntil(isThere).catch(() => null);
  return (await app.query(document)).body.data;
}

describe('a report that cannot be read', () => {
  const firstId = 100;
  const ids = oddReports.map((_, place) => firstId + place);
  const nodes = z.object({
    usage: z.object({
      totals: z.object({ creditsUsed: z.string(), messageCount: z.number(), unpricedCount: z.number() }),
      messages: z.object({
        nodes: z.array(z.object({ id: z.string(), creditsUsed: z.string().nullable(), charge: z.unknown() })),
      }),
    }),
  });
  const seen = { broken: new Map<string, unknown>(), total: '', restStatus: 0 };
  const wellAgain = new Map<string, unknown>();

  beforeAll(async () => {
    const app = await startApp({
      settings: { UPSTREAM_TIMEOUT_MS: '400' },
      script: (upstream) => {
        // Each message names an odd report of its own.
        upstream.setMessages([plain, ...ids.map((id) => ({ ...reported, id, report_id: id }))]);
        for (const [place, { send }] of oddReports.entries()) {
          upstream.setReport(firstId + place, (response) => send(response, firstId + place));
        }
      },
    });
    await app.waitForPull();
    const { usage } = nodes.parse(await app.data(document));
    for (const node of usage.messages.nodes) seen.broken.set(node.id, node.creditsUsed ?? node.charge);
    seen.total = JSON.stringify(usage.totals);
    seen.restStatus = (await app.get('/usage')).status;

    for (const id of ids) app.upstream.setReport(id, { name: 'Lease Report', credit_cost: 15.5 });
    const countUnpriced = async () =>
      nodes.parse((await app.query(document)).body.data).usage.totals.unpricedCount;
    await waitUntil(async () => (await countUnpriced()) === 0);
    // Once more, to see that nothing is charged twice.
    await app.waitForPull();
    const after = nodes.parse(await app.data(document)).usage;
    for (const node of after.messages.nodes) wellAgain.set(node.id, node.creditsUsed);
    wellAgain.set('total', after.totals.creditsUsed);
    await app.close();
  }, 60_000);

  it.each(oddReports.map(({ name }, place) => ({ name, id: String(firstId + place) })))(
    'as it $name leaves its message without a price, until it answers',
    ({ id }) => {
      expect(seen.broken.get(id)).toBeNull();
      expect(wellAgain.get(id)).toBe('15.50');
    },
  );

  it('is said to be missing in every answer', () => {
    expect(JSON.parse(seen.total)).toEqual({ creditsUsed: '1.00', messageCount: 24, unpricedCount: 23 });
    expect(seen.restStatus).toBe(503);
  });

  it('is charged exactly once when it answers', () => {
    expect(wellAgain.get('total')).toBe('357.50'); // 1 + 23×15.5
  });
});

describe.each(testDatabases)('a report that changes on $name', (testDatabase) => {
  let app: App;
  let database: Database;
  const hourMs = 3_600_000;
  // It runs on: what is due goes by the clock.
  let aheadMs = 0;

  /** Lets time pass beyond the age at which reports are read again, and one more pull see it. */
  async function pullMuchLater(): Promise<void> {
    aheadMs += hourMs;
    await ageReports(database, hourMs);
    const calls = app.upstream.countOf('/reports/5');
    await waitUntil(() => app.upstream.countOf('/reports/5') > calls);
  }

  beforeAll(async () => {
    database = await testDatabase.open();
    app = await startApp({
      now: () => new Date(Date.now() + aheadMs),
      database,
      settings: { UPSTREAM_TIMEOUT_MS: '400', REPORT_MAX_AGE_MS: String(hourMs) },
      script: (upstream) => {
        upstream.setMessages([reported, plain]);
        upstream.setReport(5, { name: 'Lease Report', credit_cost: 15.5 });
      },
    });
    await app.waitForRevision(1);
  });
  afterAll(() => app.close());

  it('has the price that it was first read with', async () => {
    const usage = priced({ credits: '15.50', report: 'Lease Report', total: '16.50' });
    expect(await readOnce(app, usage)).toEqual(usage);
  });

  it('is not asked again before its time', async () => {
    const calls = app.upstream.countOf('/reports/5');
    const pulls = app.upstream.countOf('/messages/current-period');
    await waitUntil(() => app.upstream.countOf('/messages/current-period') > pulls + 3);
    expect(app.upstream.countOf('/reports/5')).toBe(calls);
  });

  it('prices the open period anew', async () => {
    app.upstream.setReport(5, { name: 'Rent Report', credit_cost: 20 });
    await pullMuchLater();
    const usage = priced({ credits: '20.00', report: 'Rent Report', total: '21.00' });
    expect(await readOnce(app, usage)).toEqual(usage);
  });

  it('keeps its price through an outage', async () => {
    app.upstream.setReport(5, (response) => response.writeHead(500).end());
    await pullMuchLater();
    const pulls = app.upstream.countOf('/messages/current-period');
    await waitUntil(() => app.upstream.countOf('/messages/current-period') > pulls + 2);
    expect((await app.query(document)).body.data).toEqual(
      priced({ credits: '20.00', report: 'Rent Report', total: '21.00' }),
    );
  });

  it('gives its messages the price of their text when it is there no longer', async () => {
    app.upstream.setReport(5, (response) => response.writeHead(404).end());
    await pullMuchLater();
    const usage = priced({ credits: '1.00', report: null, total: '2.00' });
    expect(await readOnce(app, usage)).toEqual(usage);
  });

  it('prices them again when it comes back', async () => {
    app.upstream.setReport(5, { name: 'Rent Report', credit_cost: 0.0001 });
    await pullMuchLater();
    const usage = priced({ credits: '0.0001', report: 'Rent Report', total: '1.0001' });
    expect(await readOnce(app, usage)).toEqual(usage);
  });

  it('leaves a closed period as it is', async () => {
    const later = { id: 3, text: 'rent', timestamp: '2024-04-30T02:00:00Z', report_id: 5 };
    app.upstream.setMessages([later]);
    await waitUntil(async () => JSON.stringify((await app.query(document)).body.data).includes('"id":"3"'));
    app.upstream.setReport(5, { name: 'Dear Report', credit_cost: 99 });
    await pullMuchLater();
    await waitUntil(async () => JSON.stringify((await app.query(document)).body.data).includes('99.00'));
    expect((await app.query(document, { id: '1' })).body.data).toEqual(
      priced({ credits: '0.0001', report: 'Rent Report', total: '1.0001' }),
    );
  });
});
