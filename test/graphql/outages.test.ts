import { expect, test } from 'vitest';
import { startApp, waitUntil } from '../support/app.ts';
import { startScriptedUpstream } from '../support/scripted-upstream.ts';
import { tellWorkedExamples } from '../support/worked-examples.ts';

const totals = '{ usage { totals { creditsUsed unpricedCount } } }';

test('starts while the upstream is down, says so everywhere, and heals by itself', async () => {
  const upstream = await startScriptedUpstream();
  tellWorkedExamples(upstream);
  await upstream.stop();
  const app = await startApp({ upstream });

  expect((await app.get('/livez')).status).toBe(200);
  await waitUntil(async () => /nothing was ever pulled/.test(await (await app.get('/readyz')).text()));
  const unready = await app.get('/readyz');
  expect(unready.status).toBe(503);
  expect(await unready.json()).toEqual({
    status: 'unavailable',
    reason: expect.stringMatching(
      /^nothing was ever pulled from the upstream: (no connection could be made|not asked, since .*)$/,
    ),
  });
  for (const document of [totals, '{ message(id: "1000") { id } }', '{ billingPeriods { nodes { id } } }']) {
    const { body } = await app.query(document);
    expect(body).toMatchObject({ errors: [{ extensions: { code: 'UPSTREAM_UNAVAILABLE' } }] });
    expect(JSON.stringify(body), 'no address reaches a client').not.toContain('127.0.0.1');
  }

  await upstream.start();
  await waitUntil(async () => (await app.get('/readyz')).status === 200);
  expect(await app.data(totals)).toEqual({ usage: { totals: { creditsUsed: '90.45', unpricedCount: 0 } } });
  await app.close();
  await upstream.close();
});

test('an upstream that answers with something else than usage leaves the service unready', async () => {
  const app = await startApp({
    script: (upstream) =>
      upstream.onMessages((_request, response) => response.end('{"messages":{"not":"a list"}}')),
  });
  const { body } = await app.query(totals);
  expect(body.errors).toMatchObject([{ extensions: { code: 'UPSTREAM_UNAVAILABLE' } }]);
  const unready = await app.get('/readyz');
  expect(unready.status).toBe(503);
  expect(await unready.text()).toContain(
    'nothing was ever pulled from the upstream: the body must have a list at \\"messages\\"',
  );
  app.upstream.onMessages(null);
  await waitUntil(async () => (await app.get('/readyz')).status === 200);
  await app.close();
});

test('keeps answering what it recorded while the upstream is down, and says that it is stale', async () => {
  // Twice that without a pull is stale: enough for a busy machine, not too long to wait for.
  const app = await startApp({ script: tellWorkedExamples, settings: { SYNC_INTERVAL_MS: '400' } });
  const document = '{ usage { freshness { asOf stale revision } totals { creditsUsed } } }';
  await app.waitForPull();
  expect(await app.data(document)).toMatchObject({
    usage: { freshness: { stale: false, revision: 1 }, totals: { creditsUsed: '90.45' } },
  });
  await app.upstream.stop();
  const isStale = async () => JSON.stringify(await app.data(document)).includes('"stale":true');
  await waitUntil(isStale);
  expect(await app.data(document)).toMatchObject({
    usage: { freshness: { stale: true, revision: 1 }, totals: { creditsUsed: '90.45' } },
  });
  expect((await app.get('/readyz')).status).toBe(200);
  await app.upstream.start();
  await waitUntil(async () => !(await isStale()));
  await app.close();
});

test('a message whose report fails is unpriced, without an error beside it, until a later pull reads the report', async () => {
  const app = await startApp({
    script(upstream) {
      tellWorkedExamples(upstream);
      upstream.setReport(5392, (response) => response.writeHead(500).end());
    },
  });
  const { status, body } = await app.query(`{
    usage {
      totals { creditsUsed messageCount unpricedCount }
      messages(first: 2) { nodes { id pricing creditsUsed charge { credits } reportId report { name } } }
    }
  }`);
  expect(status).toBe(200);
  expect(body.data).toEqual({
    usage: {
      totals: { creditsUsed: '11.45', messageCount: 6, unpricedCount: 1 }, // 90.45 − 79
      messages: {
        nodes: [
          {
            id: '1000',
            pricing: 'UNPRICED',
            creditsUsed: null,
            charge: null,
            reportId: '5392',
            report: null,
          },
          {
            id: '1001',
            pricing: 'PRICED',
            creditsUsed: '5.20',
            charge: { credits: '5.20' },
            reportId: null,
            report: null,
          },
        ],
      },
    },
  });
  expect(body.errors).toBeUndefined();
  expect((await app.get('/readyz')).status, 'unpriced messages do not make it unready').toBe(200);

  app.upstream.setReport(5392, { name: 'Tenant Obligations Report', credit_cost: 79 });
  await app.waitForRevision(2);
  expect(
    await app.data(
      '{ usage { totals { creditsUsed messageCount unpricedCount } } message(id: 1000) { creditsUsed } }',
    ),
  ).toEqual({
    usage: { totals: { creditsUsed: '90.45', messageCount: 6, unpricedCount: 0 } },
    message: { creditsUsed: '79.00' },
  });
  await app.close();
});

test.each([
  ['a negative cost', -1],
  ['a cost that is no number', 'free'],
  ['no cost', null],
])('a report with %s leaves its message unpriced', async (_what, creditCost) => {
  const app = await startApp({
    script(upstream) {
      tellWorkedExamples(upstream);
      upstream.setReport(5392, { name: 'Odd', credit_cost: creditCost });
    },
  });
  expect(await app.data(totals)).toEqual({ usage: { totals: { creditsUsed: '11.45', unpricedCount: 1 } } });
  await app.close();
});
