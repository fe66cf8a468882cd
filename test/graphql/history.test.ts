import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { defaultRateCard, encodeRateCard } from '../../src/billing/rate-card.ts';
import { startApp } from '../support/app.ts';
import { testDatabases } from '../support/databases.ts';
import { startScriptedUpstream } from '../support/scripted-upstream.ts';

const folder = mkdtempSync(join(tmpdir(), 'usage-cards-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** '123' costs 1.15 by the default card: 1 + 3×0.05. */
function message(id: number, timestamp: string, text = '123') {
  return { id, text, timestamp };
}

const april = [message(1, '2024-04-01T08:00:00.000Z'), message(2, '2024-04-02T08:00:00.000Z')];
const may = [message(3, '2024-05-01T09:00:00.000Z')];
const june = [message(4, '2024-06-01T10:00:00.000Z'), message(5, '2024-06-02T10:00:00.000Z')];

const summary =
  'period { id from to status } totals { creditsUsed messageCount } messages { nodes { id text } }';

describe.each(testDatabases)('history on $name', (testDatabase) => {
  test('amended messages count anew, withdrawn ones no longer, returned ones again', async () => {
    const app = await startApp({
      database: await testDatabase.open(),
      script: (upstream) => upstream.setMessages(april),
    });
    const read = () =>
      app.data(
        `{ usage { freshness { revision } totals { creditsUsed messageCount } messages { nodes { id text } } } }`,
      );
    await app.waitForPull();
    app.upstream.setMessages([message(1, '2024-04-01T08:00:00.000Z', '1234'), april[1]]);
    await app.waitForPull();
    expect(await read()).toEqual({
      usage: {
        freshness: { revision: 2 },
        totals: { creditsUsed: '2.35', messageCount: 2 }, // 1 + 4×0.05, and 1.15
        messages: {
          nodes: [
            { id: '1', text: '1234' },
            { id: '2', text: '123' },
          ],
        },
      },
    });
    app.upstream.setMessages([april[1]]);
    await app.waitForPull();
    expect(await read()).toEqual({
      usage: {
        freshness: { revision: 3 },
        totals: { creditsUsed: '1.15', messageCount: 1 },
        messages: { nodes: [{ id: '2', text: '123' }] },
      },
    });
    expect(await app.data('{ message(id: 1) { id } }'), 'a withdrawn message is no message').toEqual({
      message: null,
    });
    app.upstream.setMessages([]);
    await app.waitForPull();
    expect(await read(), 'an empty snapshot changes nothing').toMatchObject({
      usage: { freshness: { revision: 3 } },
    });
    app.upstream.setMessages([april[1], april[0]]);
    await app.waitForPull();
    expect(await read()).toEqual({
      usage: {
        freshness: { revision: 4 },
        totals: { creditsUsed: '2.30', messageCount: 2 },
        messages: {
          nodes: [
            { id: '2', text: '123' },
            { id: '1', text: '123' },
          ],
        },
      },
    });
    await app.close();
  });

  test('periods close when the next begins, stay as they were, and can be paged', async () => {
    const app = await startApp({
      database: await testDatabase.open(),
      script: (upstream) => upstream.setMessages(april),
    });
    await app.waitForRevision(1);
    app.upstream.setMessages(may);
    await app.waitForRevision(2);
    app.upstream.setMessages(june);
    await app.waitForRevision(3);
    expect(
      await app.data(`{ current: usage { ${summary} } april: usage(periodId: 1) { ${summary} } }`),
    ).toEqual({
      current: {
        period: { id: '3', from: '2024-06-01T10:00:00.000Z', to: null, status: 'OPEN' },
        totals: { creditsUsed: '2.30', messageCount: 2 },
        messages: {
          nodes: [
            { id: '4', text: '123' },
            { id: '5', text: '123' },
          ],
        },
      },
      april: {
        period: {
          id: '1',
          from: '2024-04-01T08:00:00.000Z',
          to: '2024-05-01T09:00:00.000Z',
          status: 'CLOSED',
        },
        totals: { creditsUsed: '2.30', messageCount: 2 },
        messages: {
          nodes: [
            { id: '1', text: '123' },
            { id: '2', text: '123' },
          ],
        },
      },
    });
    expect(await app.data('{ message(id: 1) { text creditsUsed charge { credits } } }')).toEqual({
      message: { text: '123', creditsUsed: '1.15', charge: { credits: '1.15' } },
    });

    // What a closed period counted is counted once, however late the upstream repeats or changes it.
    app.upstream.setMessages([message(1, '2024-06-03T00:00:00.000Z', 'changed'), ...june]);
    await app.waitForPull();
    expect(await app.data(`{ usage { totals { messageCount } } message(id: 1) { text } }`)).toEqual({
      usage: { totals: { messageCount: 2 } },
      message: { text: '123' },
    });

    const page = `{ nodes { id status } pageInfo { hasNextPage hasPreviousPage endCursor } }`;
    const first = await app.data(`{ billingPeriods(first: 2) ${page} }`);
    expect(first).toMatchObject({
      billingPeriods: {
        nodes: [
          { id: '3', status: 'OPEN' },
          { id: '2', status: 'CLOSED' },
        ],
        pageInfo: { hasNextPage: true, hasPreviousPage: false },
      },
    });
    const cursor = /"endCursor":"([^"]+)"/.exec(JSON.stringify(first))?.[1];
    expect(await app.data(`{ billingPeriods(first: 2, after: "${cursor}") ${page} }`)).toMatchObject({
      billingPeriods: {
        nodes: [{ id: '1', status: 'CLOSED' }],
        pageInfo: { hasNextPage: false, hasPreviousPage: true },
      },
    });

    const own = await app.data('{ usage(periodId: 1) { messages(first: 1) { pageInfo { endCursor } } } }');
    const foreign = /"endCursor":"([^"]+)"/.exec(JSON.stringify(own))?.[1];
    const { body } = await app.query(`{ usage { messages(after: "${foreign}") { nodes { id } } } }`);
    expect(body.errors, 'a cursor of another period').toMatchObject([
      { extensions: { code: 'INVALID_CURSOR' } },
    ]);
    await app.close();
  });

  test('a closed period keeps the card that charged it after the card has changed', async () => {
    const path = join(folder, `${testDatabase.name}.json`);
    writeFileSync(
      path,
      JSON.stringify({ ...encodeRateCard(defaultRateCard), version: 'dear-2', perCharacter: '1' }),
    );
    const [before, after] = await testDatabase.openHandles(2);
    if (before === undefined || after === undefined) throw new Error('two handles were asked for');
    const upstream = await startScriptedUpstream();
    upstream.setMessages(april);
    const cheap = await startApp({ upstream, database: before });
    await cheap.waitForRevision(1);
    upstream.setMessages(may);
    await cheap.waitForRevision(2);
    await cheap.close();

    const dear = await startApp({ upstream, database: after, settings: { RATE_CARD: path } });
    await dear.waitForPull();
    const receipt = 'creditsUsed charge { credits rateCard { version perCharacter } steps { rule amount } }';
    expect(
      await dear.data(`{
        closed: message(id: 1) { ${receipt} }
        open: message(id: 3) { ${receipt} }
        old: usage(periodId: 1) { totals { creditsUsed } }
        new: usage { totals { creditsUsed } }
        now: rateCard { version perCharacter }
        past: rateCard(version: "default-1") { version perCharacter }
        estimate(input: { text: "123" }) { credits }
      }`),
    ).toEqual({
      closed: {
        creditsUsed: '1.15',
        charge: {
          credits: '1.15',
          rateCard: { version: 'default-1', perCharacter: '0.05' },
          steps: [
            { rule: 'BASE', amount: '1.00' },
            { rule: 'CHARACTERS', amount: '0.15' },
          ],
        },
      },
      open: {
        creditsUsed: '4.00', // 1 + 3×1
        charge: {
          credits: '4.00',
          rateCard: { version: 'dear-2', perCharacter: '1.00' },
          steps: [
            { rule: 'BASE', amount: '1.00' },
            { rule: 'CHARACTERS', amount: '3.00' },
          ],
        },
      },
      old: { totals: { creditsUsed: '2.30' } },
      new: { totals: { creditsUsed: '4.00' } },
      now: { version: 'dear-2', perCharacter: '1.00' },
      past: { version: 'default-1', perCharacter: '0.05' },
      estimate: { credits: '4.00' },
    });
    await dear.close();
    await upstream.close();
  });

  test('an estimate is what the same text or report is charged later', async () => {
    const text = "Does the tenant's long-term lease allow pets, or not?";
    const app = await startApp({
      database: await testDatabase.open(),
      script(upstream) {
        upstream.setMessages(april);
        upstream.setReport(7, { name: 'Short Lease Report', credit_cost: 15.5 });
      },
    });
    await app.waitForRevision(1);
    const charge = '{ kind credits rateCard { version } steps { rule quantity amount runningTotal } }';
    const estimates = await app.data(
      `query ($text: String!) { text: estimate(input: { text: $text }) ${charge} report: estimate(input: { reportId: 7 }) ${charge} }`,
      { text },
    );
    app.upstream.setMessages([
      ...april,
      { id: 8, text, timestamp: '2024-04-03T00:00:00.000Z' },
      { id: 9, text, timestamp: '2024-04-03T00:00:00.000Z', report_id: 7 },
    ]);
    await app.waitForRevision(2);
    const charges = await app.data(
      `{ text: message(id: 8) { charge ${charge} } report: message(id: 9) { charge ${charge} } }`,
    );
    expect(estimates).toMatchObject({ report: { kind: 'REPORT', credits: '15.50' }, text: { kind: 'TEXT' } });
    const { text: ofText, report: ofReport } = Object(estimates);
    expect(charges).toEqual({ text: { charge: ofText }, report: { charge: ofReport } });
    await app.close();
  });
});
