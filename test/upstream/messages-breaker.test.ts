import { afterEach, describe, expect, test, vi } from 'vitest';
import type { RawHandler } from '../support/scripted-upstream.ts';
import { catchError, collectMessages, rawMessage, startFixture, unavailable } from './fixture.ts';

const messagesPath = '/messages/current-period';

function answerStatus(status: number, headers: Readonly<Record<string, string>> = {}): RawHandler {
  return (_request, response) => {
    response.writeHead(status, headers).end('oops');
  };
}

/** Moves the clock that breakers look at. */
function skipMs(ms: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms });
}

afterEach(() => {
  vi.useRealTimers();
});

describe('the breaker of the messages', () => {
  test('opens after 5 failures, and closes with the first success 2 s later', async () => {
    const { vendor, upstream } = await startFixture();
    vendor.setMessages([rawMessage()]);
    vendor.onMessages(answerStatus(500));
    // 30 calls earn 3 retries, so that the budget is not what ends the tries below.
    for (let id = 0; id < 30; id++) await upstream.readReport('default', id);
    // 3 tries, and 2 more: the breaker opens before the third, and what opened it is reported.
    await catchError(collectMessages(upstream));
    expect(await catchError(collectMessages(upstream))).toMatchObject(unavailable('failed'));
    expect(vendor.countOf(messagesPath)).toBe(5);
    expect(await catchError(collectMessages(upstream))).toMatchObject(unavailable('breaker-open'));
    expect(vendor.countOf(messagesPath)).toBe(5);

    vendor.onMessages(null);
    skipMs(1900);
    expect(await catchError(collectMessages(upstream))).toMatchObject(unavailable('breaker-open'));
    skipMs(200);
    expect((await collectMessages(upstream)).messages).toHaveLength(1);
    expect((await collectMessages(upstream)).messages).toHaveLength(1);
  });

  test('opens for refused connections, and heals when the upstream is back', async () => {
    const { vendor, upstream } = await startFixture();
    vendor.setMessages([rawMessage()]);
    await vendor.stop();
    for (let pull = 0; pull < 5; pull++) await catchError(collectMessages(upstream));
    expect(await catchError(collectMessages(upstream))).toMatchObject(unavailable('breaker-open'));
    await vendor.start();
    skipMs(2100);
    expect((await collectMessages(upstream)).messages).toHaveLength(1);
  });

  test('stays closed for wrong bodies, as an upstream that answers is not down', async () => {
    const { vendor, upstream } = await startFixture();
    vendor.setMessages([rawMessage()]);
    vendor.onMessages((_request, response) => response.end('<p>'));
    for (let pull = 0; pull < 8; pull++) await catchError(collectMessages(upstream));
    vendor.onMessages(null);
    expect((await collectMessages(upstream)).messages).toHaveLength(1);
  });

  test('stays closed for broken reports', async () => {
    const { vendor, upstream } = await startFixture();
    vendor.setMessages([rawMessage()]);
    for (let id = 0; id < 20; id++) vendor.setReport(id, (response) => response.writeHead(500).end());
    for (let id = 0; id < 20; id++) await catchError(upstream.readReport('default', id));
    expect((await collectMessages(upstream)).messages).toHaveLength(1);
  });
});
