import { describe, expect, test } from 'vitest';
import type { RawHandler } from '../support/scripted-upstream.ts';
import { catchError, collectMessages, rawMessage, startFixture, unavailable } from './fixture.ts';

function answerStatus(status: number, headers: Readonly<Record<string, string>> = {}): RawHandler {
  return (_request, response) => {
    response.writeHead(status, headers).end('oops');
  };
}

describe('Retry-After', () => {
  test.each([
    ['messages', 429],
    ['messages', 503],
    ['report', 429],
    ['report', 503],
  ])('of an hour on a %s call with status %d means none for an hour', async (endpoint, status) => {
    let nowMs = Date.UTC(2024, 3, 29);
    const { vendor, upstream } = await startFixture({ now: () => new Date(nowMs) });
    vendor.setMessages([rawMessage()]);
    const headers = { 'retry-after': '3600' };
    if (endpoint === 'messages') vendor.onMessages(answerStatus(status, headers));
    vendor.setReport(7, (response) => response.writeHead(status, headers).end());
    const call = endpoint === 'messages' ? collectMessages(upstream) : upstream.readReport('default', 7);
    expect(await catchError(call)).toMatchObject({
      ...unavailable('throttled'),
      status,
      retryAfterMs: 3_600_000,
    });

    vendor.onMessages(null);
    nowMs += 3_590_000;
    const refusal = { ...unavailable('throttled'), status: null, retryAfterMs: 10_000 };
    expect(await catchError(collectMessages(upstream))).toMatchObject(refusal);
    expect(await catchError(upstream.readReport('default', 8))).toMatchObject(refusal);
    expect(vendor.requests).toHaveLength(1);

    nowMs += 10_000;
    expect((await collectMessages(upstream)).messages).toHaveLength(1);
    expect(await upstream.readReport('default', 8)).toBeNull();
  });

  test('within the deadline is waited for, by other calls too', async () => {
    const { vendor, upstream } = await startFixture({ timeoutMs: 4000 });
    vendor.setReport(7, (response) => {
      vendor.setReport(7, { name: 'R', credit_cost: 1 });
      response.writeHead(429, { 'retry-after': '1' }).end();
    });
    const startMs = performance.now();
    const call = upstream.readReport('default', 7);
    await expect.poll(() => vendor.requests.length, { interval: 5 }).toBe(1);
    // The response has to arrive before it can be obeyed.
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await upstream.readReport('default', 8)).toBeNull();
    expect(await call).toMatchObject({ name: 'R' });
    expect(performance.now() - startMs).toBeGreaterThan(980);
    expect(vendor.requests).toHaveLength(3);
  });

  test('holds back only the account that it was said to', async () => {
    const { vendor, upstream } = await startFixture({ pathOfBase: '/accounts/{account}' });
    vendor.forAccount('a').onMessages(answerStatus(429, { 'retry-after': '3600' }));
    await catchError(collectMessages(upstream, 'a'));
    expect(await catchError(upstream.readReport('a', 7))).toMatchObject(unavailable('throttled'));
    expect(await upstream.readReport('b', 7)).toBeNull();
  });

  test('does not open the breaker', async () => {
    let nowMs = 0;
    const { vendor, upstream } = await startFixture({ now: () => new Date(nowMs) });
    vendor.onMessages(answerStatus(503, { 'retry-after': '60' }));
    for (let pull = 0; pull < 7; pull++) {
      expect(await catchError(collectMessages(upstream))).toMatchObject({ status: 503 });
      nowMs += 60_000;
    }
  });
});
