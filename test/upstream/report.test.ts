import { describe, expect, test } from 'vitest';
import { captureLog } from '../support/captured-log.ts';
import { catchError, collectMessages, rawMessage, startFixture, unavailable } from './fixture.ts';

describe('reading a report', () => {
  test('gives the report, or null for a 404', async () => {
    const { vendor, upstream, metrics } = await startFixture();
    vendor.setReport(5392, { name: 'Tenant Obligations Report', credit_cost: 15.5 });
    expect(await upstream.readReport('default', 5392)).toMatchObject({
      id: 5392,
      name: 'Tenant Obligations Report',
      creditCost: { units: 155_000 },
    });
    expect(await upstream.readReport('default', 1)).toBeNull();
    expect((await metrics.upstreamCalls.get()).values).toMatchObject([
      { labels: { endpoint: 'report', outcome: 'ok' }, value: 1 },
      { labels: { endpoint: 'report', outcome: 'not_found' }, value: 1 },
    ]);
  });

  test('logs once that its cost was rounded, and again when that is another', async () => {
    const { log, lines } = captureLog();
    const { vendor, upstream } = await startFixture({ log });
    for (const cost of [1.00005, 1.00005, 79, 1.00005, 2.123456]) {
      vendor.setReport(7, { name: 'R', credit_cost: cost });
      vendor.setReport(8, { name: 'R', credit_cost: 5 });
      await upstream.readReport('acme', 7);
      await upstream.readReport('acme', 8);
    }
    expect(lines).toMatchObject([
      { account: 'acme', reportId: 7, sent: '1.00005', creditCost: '1.0001' },
      { account: 'acme', reportId: 7, sent: '2.123456', creditCost: '2.1235' },
    ]);
  });

  test('names the account and the endpoint in its errors, but no URL and no secret', async () => {
    const { vendor, upstream } = await startFixture({ pathOfBase: '/?key=s3cret' });
    vendor.setReport(7, { name: 'R', credit_cost: -1 });
    const error = await catchError(upstream.readReport('acme', 7));
    expect(String(error)).toBe(
      'InvalidResponse: Upstream call /reports/7 of account "acme": invalid response: credit_cost: must not be negative, but is -1',
    );
    await vendor.stop();
    const failure = await catchError(upstream.readReport('acme', 7));
    expect(failure).toMatchObject(unavailable('unreachable'));
    expect(failure).toHaveProperty('cause.code', 'ECONNREFUSED');
    // The address stands in the log's words alone.
    expect(String(failure)).not.toMatch(/s3cret|http:/);
    expect(failure).toHaveProperty('problem', 'no connection could be made');
  });

  test.each([400, 401, 403, 410, 204, 206])('does not ask again after a status of %d', async (status) => {
    const { vendor, upstream } = await startFixture();
    vendor.setReport(7, (response) => response.writeHead(status, { location: '/reports/8' }).end());
    expect(await catchError(upstream.readReport('default', 7))).toMatchObject({
      name: 'UpstreamRefusal',
      status,
    });
    expect(vendor.requests).toHaveLength(1);
  });

  test('refuses a body of more than 1 MiB', async () => {
    const { vendor, upstream } = await startFixture();
    vendor.setReport(7, { name: 'R', credit_cost: 1 });
    vendor.setReport(8, (response) =>
      response.end(`{"id":8,"name":"R","credit_cost":1}${' '.repeat(1_048_576)}`),
    );
    expect(await catchError(upstream.readReport('default', 8))).toMatchObject({
      name: 'ResponseTooLarge',
      maxBytes: 1_048_576,
    });
  });

  test('is limited by the deadline, with all its tries and the body', async () => {
    const { vendor, upstream } = await startFixture({ timeoutMs: 300 });
    vendor.setReport(7, () => {});
    vendor.setReport(8, (response) => void response.write('{"id":8'));
    const startMs = performance.now();
    const errors = await Promise.all([7, 8].map((id) => catchError(upstream.readReport('default', id))));
    expect(errors).toMatchObject([{ name: 'UpstreamTimeout' }, { name: 'UpstreamTimeout' }]);
    expect(performance.now() - startMs).toBeGreaterThan(290);
    expect(performance.now() - startMs).toBeLessThan(600);
    await expect.poll(() => vendor.openConnections, { timeout: 2000 }).toBe(0);
  });

  test('gives a 404 although its body never ends', async () => {
    const { vendor, upstream } = await startFixture();
    vendor.setReport(7, (response) => void response.writeHead(404).write('not'));
    const startMs = performance.now();
    expect(await upstream.readReport('default', 7)).toBeNull();
    expect(performance.now() - startMs).toBeLessThan(1000);
  });

  test('puts 8 calls at most to the upstream at once, whoever asks', async () => {
    const { vendor, upstream } = await startFixture();
    vendor.setReportDelay(15);
    const ids = Array.from({ length: 50 }, (_, id) => id);
    for (const id of ids) vendor.setReport(id, { name: `R${id}`, credit_cost: id });
    const reports = await Promise.all(ids.map((id) => upstream.readReport('default', id)));
    expect(reports.map((report) => report?.name)).toEqual(ids.map((id) => `R${id}`));
    expect(vendor.maxReportsAtOnce).toBe(8);
  });

  test('reuses its connections, also after 404s and 500s', async () => {
    const { vendor, upstream } = await startFixture();
    vendor.setReport(500, (response) => response.writeHead(500).end('oops'));
    for (let round = 0; round < 10; round++) {
      const ids = [1, 2, 3, 4];
      await Promise.all(ids.map((id) => upstream.readReport('default', id)));
    }
    await catchError(upstream.readReport('default', 500));
    expect(vendor.requests.length).toBeGreaterThan(40);
    // One may still be finishing as the next call starts, so there are two for each of the 4 at the most.
    expect(vendor.connectionCount).toBeLessThanOrEqual(8);
    expect(vendor.requests.every(({ headers }) => headers.cookie === undefined)).toBe(true);
  });

  test('asks each account at its own place', async () => {
    const { vendor, upstream } = await startFixture({ pathOfBase: '/accounts/{account}/' });
    vendor.forAccount('a/b').setReport(7, { name: 'Of a/b', credit_cost: 1 });
    vendor.forAccount('c').setReport(7, { name: 'Of c', credit_cost: 2 });
    vendor.forAccount('c').setMessages([rawMessage({ id: 5 })]);
    expect(await upstream.readReport('a/b', 7)).toMatchObject({ name: 'Of a/b' });
    expect(await upstream.readReport('c', 7)).toMatchObject({ name: 'Of c' });
    expect((await collectMessages(upstream, 'c')).messages).toMatchObject([{ id: 5 }]);
    expect((await collectMessages(upstream, 'a/b')).messages).toEqual([]);
    expect(vendor.requests.map(({ path }) => path)).toEqual([
      '/accounts/a%2Fb/reports/7',
      '/accounts/c/reports/7',
      '/accounts/c/messages/current-period',
      '/accounts/a%2Fb/messages/current-period',
    ]);
  });

  test.each([404, 500])('keeps its connections when the body of a %d comes late', async (status) => {
    const { vendor, upstream } = await startFixture();
    for (let id = 0; id < 10; id++) {
      vendor.setReport(id, (response) => {
        response.writeHead(status).write('{');
        setTimeout(() => response.end('}'), 20);
      });
      await Promise.allSettled([upstream.readReport('default', id)]);
    }
    expect(vendor.requests.length).toBeGreaterThanOrEqual(10);
    expect(vendor.connectionCount).toBeLessThanOrEqual(2);
  });

  test('fails at once when the client closes, and so does every later call', async () => {
    const { vendor, upstream } = await startFixture();
    // Three failures use the retries up, so that the broken connection itself is what ends the call.
    for (const id of [1, 2]) vendor.setReport(id, (response) => response.writeHead(500).end());
    for (const id of [1, 2]) await catchError(upstream.readReport('default', id));
    vendor.clearRequests();
    vendor.setReport(7, () => {});
    const call = catchError(upstream.readReport('default', 7));
    await expect.poll(() => vendor.requests.length, { interval: 5 }).toBe(1);
    const startMs = performance.now();
    await upstream.close();
    expect(await call).toMatchObject(unavailable('closed'));
    expect(await catchError(upstream.readReport('default', 7))).toMatchObject(unavailable('closed'));
    expect(performance.now() - startMs).toBeLessThan(500);
    await expect.poll(() => vendor.openConnections).toBe(0);
  });

  test('does not wait for a retry when the client closes', async () => {
    const { vendor, upstream } = await startFixture({ timeoutMs: 5000 });
    vendor.setReport(7, (response) => response.writeHead(503, { 'retry-after': '3' }).end());
    const call = catchError(upstream.readReport('default', 7));
    await expect.poll(() => vendor.requests.length, { interval: 5 }).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const startMs = performance.now();
    await upstream.close();
    expect(await call).toMatchObject(unavailable('closed'));
    expect(performance.now() - startMs).toBeLessThan(500);
  });
});
