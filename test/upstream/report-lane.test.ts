import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { catchError, startFixture, unavailable } from './fixture.ts';

function break500(response: ServerResponse): void {
  response.writeHead(500).end('oops');
}

/** Moves the clock that breakers look at. */
function skipMs(ms: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms });
}

afterEach(() => {
  vi.useRealTimers();
});

describe('broken reports', () => {
  const good = Array.from({ length: 35 }, (_, index) => 100 + index);

  test.each([
    ['answer 500', break500],
    ['break the connection', (response: ServerResponse) => void response.destroy()],
    [
      'cost less than nothing',
      (response: ServerResponse) => void response.end('{"id":1,"name":"R","credit_cost":-1}'),
    ],
  ])('that %s leave 35 good ones readable, round after round', async (_, fail) => {
    const { vendor, upstream } = await startFixture();
    const broken = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
    for (const id of broken) vendor.setReport(id, fail);
    for (const id of good) vendor.setReport(id, { name: 'R', credit_cost: 1 });
    for (let round = 0; round < 8; round++) {
      const calls = [...broken, ...good].map((id) => upstream.readReport('default', id));
      const outcomes = await Promise.allSettled(calls);
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(35);
    }
  });

  test('that hang hold no caller longer than a deadline, and later no good report at all', async () => {
    const { vendor, upstream } = await startFixture({ timeoutMs: 1_000 });
    const hanging = Array.from({ length: 30 }, (_, id) => id);
    for (const id of hanging) vendor.setReport(id, () => {});
    for (const id of good) vendor.setReport(id, { name: 'R', credit_cost: 1 });
    const hang = () => hanging.map((id) => catchError(upstream.readReport('default', id)));
    const startMs = performance.now();
    // The first round meets them unprepared, but even the end of its queue waits for no more than one deadline.
    await Promise.all(hang());
    expect(performance.now() - startMs).toBeLessThan(2_000);

    const silent = hanging.slice(0, 8).map((id) => catchError(upstream.readReport('default', id)));
    const goodStartMs = performance.now();
    await Promise.all(good.map((id) => upstream.readReport('default', id)));
    expect(performance.now() - goodStartMs).toBeLessThan(666);
    await Promise.all(silent);
  });

  test('that healed get all 8 slots again', async () => {
    const { vendor, upstream } = await startFixture();
    const ids = Array.from({ length: 16 }, (_, id) => id);
    for (const id of ids) vendor.setReport(id, break500);
    for (const id of ids) await catchError(upstream.readReport('default', id));
    for (const id of ids) vendor.setReport(id, { name: 'R', credit_cost: 1 });
    for (const id of ids) await upstream.readReport('default', id);
    expect(vendor.maxReportsAtOnce).toBe(1);
    vendor.setReportDelay(20);
    await Promise.all(ids.map((id) => upstream.readReport('default', id)));
    expect(vendor.maxReportsAtOnce).toBe(8);
  });

  test('are asked again and again, but each no more than once in 2 s after 5 failures', async () => {
    const { vendor, upstream } = await startFixture();
    vendor.setReport(7, break500);
    for (let call = 0; call < 20; call++) await catchError(upstream.readReport('default', 7));
    expect(vendor.requests).toHaveLength(5);
    expect(await catchError(upstream.readReport('default', 7))).toMatchObject(unavailable('breaker-open'));
    vendor.setReport(7, { name: 'R', credit_cost: 1 });
    skipMs(2100);
    expect(await upstream.readReport('default', 7)).toMatchObject({ name: 'R' });
  });

  test('do not hide an upstream that is gone: 5 refused connections stop all report calls', async () => {
    const { vendor, upstream } = await startFixture();
    await vendor.stop();
    for (let id = 0; id < 5; id++) {
      expect(await catchError(upstream.readReport('default', id))).toMatchObject(
        unavailable(id < 2 ? 'unreachable' : 'breaker-open'),
      );
    }
    await vendor.start();
    skipMs(2100);
    expect(await Promise.all([1, 2, 3].map((id) => upstream.readReport('default', id)))).toEqual([
      null,
      null,
      null,
    ]);
  });
});

describe('the queue of report calls', () => {
  test('is served to its end while the upstream answers, though that takes longer than one deadline', async () => {
    const { vendor, upstream } = await startFixture({ timeoutMs: 400 });
    vendor.setReportDelay(100);
    const ids = Array.from({ length: 64 }, (_, id) => id);
    // 64 ÷ 8 = 8 rounds of 100 ms each: twice the deadline
    const reports = await Promise.all(ids.map((id) => upstream.readReport('default', id)));
    expect(reports).toEqual(ids.map(() => null));
  });

  test('is bounded', async () => {
    const { vendor, upstream } = await startFixture({ timeoutMs: 500 });
    vendor.setReport(7, () => {});
    // 8 are asked and 10,000 wait; one is too many
    const calls = Array.from({ length: 10_009 }, () => catchError(upstream.readReport('default', 7)));
    expect(await calls.at(-1)).toMatchObject(unavailable('queue-full'));
    const outcomes = await Promise.all(calls.slice(0, -1));
    expect(outcomes.every((error) => error instanceof Error)).toBe(true);
  });
});
