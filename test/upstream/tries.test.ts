import type { ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import type { RawHandler } from '../support/scripted-upstream.ts';
import { catchError, collectMessages, startFixture, unavailable } from './fixture.ts';

const messagesPath = '/messages/current-period';

function answerStatus(status: number, headers: Readonly<Record<string, string>> = {}): RawHandler {
  return (_request, response) => {
    response.writeHead(status, headers).end('oops');
  };
}

function break500(response: ServerResponse): void {
  response.writeHead(500).end('oops');
}

describe('a failed try', () => {
  test.each([
    ['a 500', (response: ServerResponse) => break500(response)],
    ['a 503', (response: ServerResponse) => void response.writeHead(503).end()],
    ['a 429', (response: ServerResponse) => void response.writeHead(429).end()],
    ['a broken connection', (response: ServerResponse) => void response.destroy()],
  ])('with %s is tried again', async (_, fail) => {
    const { vendor, upstream } = await startFixture();
    vendor.setReport(7, (response) => {
      vendor.setReport(7, { name: 'R', credit_cost: 1 });
      fail(response);
    });
    expect(await upstream.readReport('default', 7)).toMatchObject({ name: 'R' });
    expect(vendor.requests).toHaveLength(2);
  });

  test('with silence is tried again in the time that is left', async () => {
    const { vendor, upstream } = await startFixture({ timeoutMs: 500 });
    vendor.setReport(7, () => vendor.setReport(7, { name: 'R', credit_cost: 1 }));
    expect(await upstream.readReport('default', 7)).toMatchObject({ name: 'R' });
    expect(vendor.requests).toHaveLength(2);
  });

  test('leaves a slow answer seven tenths of the deadline', async () => {
    const { vendor, upstream } = await startFixture({ timeoutMs: 3_000 });
    vendor.setReport(7, { name: 'R', credit_cost: 1 });
    vendor.setReportDelay(2_100);
    expect(await upstream.readReport('default', 7)).toMatchObject({ name: 'R' });
    expect(vendor.requests).toHaveLength(1);
  });

  test('is followed by two more at most', async () => {
    const { vendor, upstream } = await startFixture();
    vendor.onMessages(answerStatus(500));
    const error = await catchError(collectMessages(upstream));
    expect(error).toMatchObject({ ...unavailable('failed'), status: 500 });
    expect(vendor.countOf(messagesPath)).toBe(3);
  });

  test('is followed by a jittered pause: up to 100 ms, then up to 200 ms', async () => {
    const { vendor, upstream } = await startFixture({ random: () => 0.999 });
    const times: number[] = [];
    vendor.setReport(7, (response) => {
      times.push(performance.now());
      break500(response);
    });
    await catchError(upstream.readReport('default', 7));
    const [first = 0, second = 0, third = 0] = times;
    expect(second - first).toBeGreaterThan(95);
    expect(third - second).toBeGreaterThan(195);
  });

  test('is not repeated for more than a tenth of the calls', async () => {
    const { vendor, upstream } = await startFixture();
    for (let id = 0; id < 40; id++) vendor.setReport(id, break500);
    for (let id = 0; id < 40; id++) await catchError(upstream.readReport('default', id));
    // 40 first tries; 3 retries to begin with, and 40 × 0.1 = 4 earned (rounding may keep one back)
    expect(vendor.requests.length).toBeGreaterThanOrEqual(46);
    expect(vendor.requests.length).toBeLessThanOrEqual(47);
  });

  test('takes no retry from another account', async () => {
    const { vendor, upstream } = await startFixture({ pathOfBase: '/accounts/{account}' });
    for (let id = 0; id < 4; id++) vendor.forAccount('a').setReport(id, break500);
    for (let id = 0; id < 4; id++) await catchError(upstream.readReport('a', id));
    vendor.clearRequests();
    vendor.forAccount('b').setReport(7, break500);
    await catchError(upstream.readReport('b', 7));
    expect(vendor.requests).toHaveLength(3);
  });
});
