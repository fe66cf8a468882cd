import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { TurnQueue } from '../../src/http/turn-queue.ts';

/** Keeps the thread busy, as a request does that is worked on. */
function work(ms: number): void {
  const begin = performance.now();
  while (performance.now() - begin < ms);
}

test('requests begin in the order of their arrival, few in a turn of the event loop', async () => {
  const queue = new TurnQueue();
  const begun: { readonly number: number; readonly turn: number; readonly waitedMs: number }[] = [];
  let turn = 0;
  for (let number = 0; number < 100; number++) {
    queue.enter((waitedMs) => {
      begun.push({ number, turn, waitedMs });
      work(2);
    });
  }
  expect(begun.length).toBeLessThanOrEqual(4); // 5 ms, at 2 ms each, and the one that they end in
  expect(begun.every(({ waitedMs }) => waitedMs === 0)).toBe(true);
  for (; begun.length < 100; turn += 1) {
    await nextTurn();
    // A late one does not get ahead of those that wait.
    if (turn === 10) queue.enter((waitedMs) => begun.push({ number: 100, turn, waitedMs }));
  }
  await nextTurn();

  expect(begun.map(({ number }) => number)).toEqual(Array.from({ length: 101 }, (_, number) => number));
  // Whatever else a turn has to do, new connections among it, comes to its right after each single request.
  expect(turn).toBeGreaterThan(90);
  expect(begun[99]?.waitedMs).toBeGreaterThan(150); // most of 99 × 2 ms
});

test('a quiet service lets requests begin at once', async () => {
  const queue = new TurnQueue();
  for (let number = 0; number < 20; number++) {
    let waited: number | null = null;
    queue.enter((waitedMs) => {
      waited = waitedMs;
    });
    expect(waited).toBe(0);
    await nextTurn();
  }
});
