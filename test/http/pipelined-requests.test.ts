import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createMessages } from '../faults/created-messages.ts';
import { type App, startApp } from '../support/app.ts';

/** Sends that many `GET /usage` in one write. @returns how many got each status, once all are answered */
async function pipeline(app: App, count: number): Promise<ReadonlyMap<string, number>> {
  const socket = connect(Number(new URL(app.url).port), '127.0.0.1');
  await once(socket, 'connect');
  let received = '';
  socket.on('data', (piece: Buffer) => {
    received += piece.toString('latin1');
  });
  const ask = 'GET /usage HTTP/1.1\r\nhost: localhost\r\n';
  socket.write(`${ask}\r\n`.repeat(count - 1) + `${ask}connection: close\r\n\r\n`);
  await once(socket, 'end');
  socket.destroy();
  const statuses = new Map<string, number>();
  for (const [, status = ''] of received.matchAll(/HTTP\/1\.1 (\d+) /g))
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  return statuses;
}

it('do not keep other connections waiting, however many one sends', async () => {
  const app = await startApp({
    script: (upstream) => upstream.setMessages(createMessages(200)),
    settings: {
      MAX_EVENT_LOOP_DELAY_MS: '200',
      SYNC_INTERVAL_MS: '60000',
      // Or each request would be over before it could be in anybody's way.
      ANSWER_CACHE_BYTES: '0',
    },
  });
  await app.waitForRevision(1);
  for (let n = 0; n < 20; n += 1) await app.get('/usage');

  const rounds: ReadonlyMap<string, number>[] = [];
  const end = new AbortController();
  const pipelining = (async () => {
    while (!end.signal.aborted) rounds.push(await pipeline(app, 1_000));
  })();
  const steady: Promise<number>[] = [];
  for (let n = 0; n < 50; n += 1) {
    steady.push(app.get('/usage').then(({ status }) => status));
    await sleep(20);
  }
  const statuses = await Promise.all(steady);
  end.abort();
  await pipelining;
  expect(statuses).toEqual(Array.from({ length: 50 }, () => 200));
  for (const round of rounds) {
    expect([...round.keys()].toSorted()).toEqual(['200', '503']);
    expect((round.get('200') ?? 0) + (round.get('503') ?? 0)).toBe(1_000);
  }
});
