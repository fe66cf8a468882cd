import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type Connection, TurnQueue } from '../../src/http/guards/turn-queue.ts';

function connect(): Connection {
  return { destroyed: false };
}

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
    queue.enter(connect(), (waitedMs) => {
      begun.push({ number, turn, waitedMs });
      work(2);
    });
  }
  expect(begun.length).toBeLessThanOrEqual(4); // 5 ms, at 2 ms each, and the one that they end in
  expect(begun.every(({ waitedMs }) => waitedMs === 0)).toBe(true);
  for (; begun.length < 100; turn += 1) {
    await nextTurn();
    // A late one does not get ahead of those that wait.
    if (turn === 10) queue.enter(connect(), (waitedMs) => begun.push({ number: 100, turn, waitedMs }));
  }
  await nextTurn();

  expect(begun.map(({ number }) => number)).toEqual(Array.from({ length: 101 }, (_, number) => number));
  // Whatever else a turn has to do, new connections among it, comes to its right after each single request.
  expect(turn).toBeGreaterThan(90);
  expect(begun[99]?.waitedMs).toBeGreaterThan(150); // most of 99 × 2 ms
});

test('a quiet service lets requests begin at once', async () => {
  const queue = new TurnQueue();
  const connection = connect();
  for (let number = 0; number < 20; number++) {
    let waited: number | null = null;
    queue.enter(connection, (waitedMs) => {
      waited = waitedMs;
    });
    expect(waited).toBe(0);
    await nextTurn();
  }
});

test('a connection has one place in line, however many requests it has pipelined', async () => {
  const queue = new TurnQueue();
  const begun: string[] = [];
  const greedy = connect();
  for (let number = 0; number < 5; number++) queue.enter(greedy, () => begun.push(`greedy ${number}`));
  for (const name of ['a', 'b']) queue.enter(connect(), () => begun.push(name));
  expect(begun).toEqual(['greedy 0']);
  while (begun.length < 7) await nextTurn();

  expect(begun).toEqual(['greedy 0', 'greedy 1', 'a', 'b', 'greedy 2', 'greedy 3', 'greedy 4']);
});

test('a request has not waited while it stood behind others of its own connection', async () => {
  const queue = new TurnQueue();
  const waits: number[] = [];
  const connection = connect();
  for (let number = 0; number < 20; number++) {
    queue.enter(connection, (waitedMs) => {
      waits.push(waitedMs);
      work(10);
    });
  }
  while (waits.length < 20) await nextTurn();
  // Each joins the line as the one before it begins: 10 ms, of the 190 ms that the last one has been there.
  expect(waits.at(-1)).toBeLessThan(100);
});

test('what a connection sends beyond its bound may not wait, until some of it has begun', async () => {
  const queue = new TurnQueue();
  const begun: number[] = [];
  const connection = connect();
  const enter = (number: number): boolean => queue.enter(connection, () => begun.push(number));
  const entered = Array.from({ length: 1_000 }, (_, number) => enter(number));
  // One begins at once, one stands in line, and 20 are behind it.
  expect(entered.filter(Boolean)).toHaveLength(22);
  expect(entered.lastIndexOf(true)).toBe(21);
  expect(queue.enter(connect(), () => begun.push(-1))).toBe(true);
  while (begun.length < 23) await nextTurn();

  expect(begun).toEqual([0, 1, -1, ...Array.from({ length: 20 }, (_, index) => index + 2)]);
  await nextTurn();
  expect(enter(1_000)).toBe(true);
  expect(begun.at(-1)).toBe(1_000);
});

test('what a connection has sent does not begin once it has ended', async () => {
  const queue = new TurnQueue();
  const begun: string[] = [];
  const gone = { destroyed: false };
  for (let number = 0; number < 5; number++) queue.enter(gone, () => begun.push(`gone ${number}`));
  queue.enter(connect(), () => begun.push('other'));
  gone.destroyed = true;
  for (let turn = 0; turn < 10; turn++) await nextTurn();

  expect(begun).toEqual(['gone 0', 'other']);
});
