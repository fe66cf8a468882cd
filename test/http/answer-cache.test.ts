import { hash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openDatabase } from '../../src/ledger/database/database.ts';
import { startApp, waitUntil } from '../support/app.ts';
import { countStatements } from '../support/counted-database.ts';
import { startScriptedUpstream } from '../support/scripted-upstream.ts';
import { makeApiKeys, writeTemporaryFile } from './credentials.ts';

const folder = mkdtempSync(join(tmpdir(), 'usage-answers-'));
afterAll(() => rmSync(folder, { recursive: true }));

const aba = { id: 1, text: 'aba', timestamp: '2024-05-01T00:00:00.000Z' }; // 2.00 credits
const digits = { id: 2, text: '123', timestamp: '2024-05-01T01:00:00.000Z' }; // 1.15 credits
const totals = '{ usage { totals { creditsUsed } } }';
const totalsId = hash('sha256', totals, 'hex');
const manifest = writeTemporaryFile('documents.json', JSON.stringify({ [totalsId]: totals }));
const trusted = `/graphql?documentId=${totalsId}`;

function totalsOf(creditsUsed: string): object {
  return { usage: { totals: { creditsUsed } } };
}

const asOfAnswer = z.object({ usage: z.object({ freshness: z.object({ asOf: z.string() }) }) });

const manyMessages = Array.from({ length: 1_200 }, (_, index) => ({ ...aba, id: 5_000 + index }));

describe('answers that were given before', () => {
  it('end with the pull that changes anything', async () => {
    const app = await startApp({ script: (upstream) => upstream.setMessages([aba]) });
    await app.waitForRevision(1);
    expect(await app.data(totals)).toEqual(totalsOf('2.00'));
    expect(await app.data(totals)).toEqual(totalsOf('2.00'));
    app.upstream.setMessages([aba, digits]);
    await app.waitForRevision(2);
    expect(await app.data(totals)).toEqual(totalsOf('3.15')); // 2.00 + 1.15
  });

  it('outlive a pull that finds nothing new, unless they show how fresh they are', async () => {
    const { database, statements } = countStatements(openDatabase('memory:'));
    const app = await startApp({ database, script: (upstream) => upstream.setMessages([aba]) });
    await app.waitForRevision(1);
    const ids = '{ usage { messages { nodes { id } } } }';
    const freshIds = '{ usage { freshness { asOf } messages { nodes { id } } } }';
    const countPageReads = () => statements.filter((sql) => sql.includes('order by "position"')).length;
    await app.data(ids);
    const before = countPageReads();
    await app.waitForPull();
    expect(await app.data(ids)).toEqual({ usage: { messages: { nodes: [{ id: '1' }] } } });
    expect(countPageReads()).toBe(before);

    const asOf = asOfAnswer.parse(await app.data(freshIds)).usage.freshness.asOf;
    await app.waitForPull();
    expect(asOfAnswer.parse(await app.data(freshIds)).usage.freshness.asOf).not.toBe(asOf);
  });

  it('end with a pull of another instance', async () => {
    const upstream = await startScriptedUpstream();
    upstream.setMessages([aba]);
    const settings = { DATABASE_URL: `file:${join(folder, 'shared.db')}` };
    const one = await startApp({ upstream, settings });
    await one.waitForRevision(1);
    await one.close();
    const pullsBefore = upstream.countOf('/messages/current-period');
    // This one never pulls again: it hears of a change through the ledger alone.
    const reading = await startApp({ upstream, settings: { ...settings, SYNC_INTERVAL_MS: '86400000' } });
    await reading.waitForRevision(1);
    await waitUntil(() => upstream.countOf('/messages/current-period') > pullsBefore);
    expect(await reading.data(totals)).toEqual(totalsOf('2.00'));
    expect((await reading.get('/usage')).status).toBe(200);
    upstream.setMessages([aba, digits]);
    const pulling = await startApp({ upstream, settings });
    await pulling.waitForRevision(2);
    expect(await reading.data(totals)).toEqual(totalsOf('3.15')); // 2.00 + 1.15
    expect(await (await reading.get('/usage')).text()).toContain('"message_id":2');
    await Promise.all([reading.close(), pulling.close()]);
    await upstream.close();
  });

  it('never reach another account', async () => {
    const keys = makeApiKeys('acme', 'globex');
    const upstream = await startScriptedUpstream();
    upstream.forAccount('acme').setMessages([aba]);
    upstream.forAccount('globex').setMessages([digits]);
    const app = await startApp({
      upstream,
      settings: {
        API_KEYS_FILE: keys.file,
        TRUSTED_DOCUMENTS_FILE: manifest,
        UPSTREAM_URL: `${upstream.url}/accounts/{account}`,
      },
    });
    for (const _ of ['worked out', 'kept']) {
      expect(await app.data(totals, {}, keys.headers.acme)).toEqual(totalsOf('2.00'));
      expect(await app.data(totals, {}, keys.headers.globex)).toEqual(totalsOf('1.15'));
      for (const path of [trusted, '/usage', '/usage.csv']) {
        const answers = [keys.headers.acme, keys.headers.globex].map((headers) => app.get(path, headers));
        const [acme = '', globex = ''] = await Promise.all(
          answers.map(async (answer) => (await answer).text()),
        );
        expect(acme).not.toBe(globex);
      }
    }
    await app.close();
    await upstream.close();
  });

  it('have no errors', async () => {
    const app = await startApp({
      script: (upstream) => {
        upstream.setReport(7, (response) => response.writeHead(500).end());
        upstream.setMessages([{ ...aba, report_id: 7 }]);
      },
      settings: { TRUSTED_DOCUMENTS_FILE: manifest },
    });
    await app.waitForRevision(1);
    const credits = '{ usage { messages { nodes { creditsUsed } } } }';
    for (const _ of [1, 2, 3]) {
      expect(await app.data(credits)).toEqual({ usage: { messages: { nodes: [{ creditsUsed: null }] } } });
    }
    app.upstream.setReport(7, { name: 'Lease Abstract', credit_cost: 97 });
    await app.waitForRevision(2);
    expect(await app.data(credits)).toEqual({ usage: { messages: { nodes: [{ creditsUsed: '97.00' }] } } });
  });

  it.each([
    [trusted, [aba]],
    ['/usage', [aba]],
    ['/usage.csv', [aba]],
    // Too long to be kept.
    ['/usage', manyMessages],
    ['/usage.csv', manyMessages],
  ])('are not sent again to who has them: GET %s', async (path, messages) => {
    const app = await startApp({
      script: (upstream) => upstream.setMessages(messages),
      settings: { TRUSTED_DOCUMENTS_FILE: manifest },
    });
    await app.waitForRevision(1);
    const first = await app.get(path);
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^W\/"[\w-]{43}"$/);
    expect(first.headers.get('cache-control')).toBe('private, no-cache');

    const again = await app.get(path, { 'if-none-match': `"other", ${etag}` });
    expect([again.status, await again.text()]).toEqual([304, '']);
    expect(again.headers.get('etag')).toBe(etag);
    app.upstream.setMessages([...messages, digits]);
    await app.waitForRevision(2);
    const changed = await app.get(path, { 'if-none-match': etag });
    expect(changed.status).toBe(200);
    expect(changed.headers.get('etag')).not.toBe(etag);
  });

  it('differ by what else an answer depends on', async () => {
    const app = await startApp({ script: (upstream) => upstream.setMessages([aba, digits]) });
    await app.waitForRevision(1);
    const one = 'query One($id: ID!) { message(id: $id) { text } }';
    for (const _ of ['worked out', 'kept']) {
      expect(await app.data(one, { id: '1' })).toEqual({ message: { text: 'aba' } });
      expect(await app.data(one, { id: '2' })).toEqual({ message: { text: '123' } });
      const { headers } = await app.query(one, { id: '1' }, { accept: 'application/graphql-response+json' });
      expect(headers.get('content-type')).toContain('application/graphql-response+json');
      expect((await app.query(one, { id: '1' })).headers.get('content-type')).toContain('application/json');
    }
  });
});
