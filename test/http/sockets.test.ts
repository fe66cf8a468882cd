import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { type App, startApp } from '../support/app.ts';

interface Visit {
  /** When the server ended the connection, in ms from its beginning; null while it has not. */
  endedMs: number | null;
  readonly received: () => string;
  readonly socket: Socket;
}

/** Opens a connection and talks on it as told. */
function visit({ url }: App, talk: (socket: Socket) => void): Visit {
  const startMs = performance.now();
  let received = '';
  const socket = connect(Number(new URL(url).port), '127.0.0.1', () => talk(socket));
  const state: Visit = { endedMs: null, received: () => received, socket };
  const end = (): void => {
    state.endedMs ??= performance.now() - startMs;
  };
  socket.on('data', (piece: Buffer) => {
    received += piece.toString();
  });
  socket.on('error', end).on('end', end).on('close', end);
  return state;
}

function drip(socket: Socket, text: string): NodeJS.Timeout {
  return setInterval(() => socket.writable && socket.write(text), 300);
}

const post =
  'POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 90\r\n';

describe('connections that take their time', () => {
  it('are closed within 7 s, while others are served', async () => {
    const app = await startApp({ settings: { SYNC_INTERVAL_MS: '60000' } });
    // The first of all requests pays for what is compiled and loaded by then.
    await app.waitForRevision(1);
    const timers: NodeJS.Timeout[] = [];
    const visits = {
      'says nothing at all': visit(app, () => {}),
      'sends its headers bit by bit': visit(app, (socket) => {
        socket.write('POST /graphql HTTP/1.1\r\nhost: localhost\r\n');
        timers.push(drip(socket, 'x-a: b\r\n'));
      }),
      'sends its body bit by bit': visit(app, (socket) => {
        socket.write(`${post}\r\n`);
        timers.push(drip(socket, '{'));
      }),
      'stays when it has its answer': visit(app, (socket) => {
        socket.write('GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n');
      }),
    };
    const healthMs: number[] = [];
    while (Object.values(visits).some(({ endedMs }) => endedMs === null) && healthMs.length < 90) {
      const startMs = performance.now();
      expect((await app.get('/livez')).status).toBe(200);
      healthMs.push(performance.now() - startMs);
      await sleep(100);
    }
    for (const timer of timers) clearInterval(timer);
    for (const [what, { endedMs, socket }] of Object.entries(visits)) {
      socket.destroy();
      expect([what, (endedMs ?? Number.POSITIVE_INFINITY) < 7_000]).toEqual([what, true]);
    }
    expect(visits['stays when it has its answer'].received()).toMatch(/^HTTP\/1\.1 200 /);
    const median = healthMs.toSorted((a, b) => a - b)[Math.floor(healthMs.length / 2)];
    expect(median).toBeLessThan(250);
  });

  it('hold no stop back while they have asked nothing, as the spare ones of browsers', async () => {
    const app = await startApp();
    const { socket } = visit(app, () => {});
    await once(socket, 'connect');
    // The service has taken the connection before it answers on the next.
    await app.get('/livez');
    const startMs = performance.now();
    await app.close();
    expect(performance.now() - startMs).toBeLessThan(2_000);
  });
});

async function answerTo(app: App, text: string): Promise<string> {
  const { received, socket } = visit(app, (opened) => opened.write(text));
  for (let tries = 0; tries < 100 && received() === ''; tries += 1) await sleep(20);
  socket.destroy();
  return received();
}

describe('requests that are no proper HTTP', () => {
  let app: App;
  beforeAll(async () => {
    app = await startApp();
  });

  const json = '{"query":"{__typename}"}';
  const ask = (extra: string): string =>
    `POST /graphql HTTP/1.1\r\ncontent-type: application/json\r\ncontent-length: ${json.length}\r\n${extra}\r\n\r\n${json}`;

  it.each([
    ['a host that is no host', ask('host: [evil'), 421],
    ['a host with a path', ask('host: a/../b?c#d'), 421],
    ['an empty host', ask('host:'), 421],
    ['two lengths', ask('host: localhost\r\ncontent-length: 5'), 400],
    ['a length and chunks', ask('host: localhost\r\ntransfer-encoding: chunked'), 400],
    ['a header with a line break in it', ask('host: localhost\r\nx-a: b\r\r\nx-evil: 1'), 400],
    ['a header of 100 kB', ask(`host: localhost\r\nx-a: ${'a'.repeat(100_000)}`), 431],
    ['a path of 100 kB', `GET /${'a'.repeat(100_000)} HTTP/1.1\r\nhost: localhost\r\n\r\n`, 431],
    ['a path that is no text', 'GET /%zz HTTP/1.1\r\nhost: localhost\r\n\r\n', 400],
    ['no HTTP at all', '\u0016\u0003\u0001\u0000', 400],
  ])('are answered without harm: %s', async (_what, text, status) => {
    const answer = await answerTo(app, text);
    expect(Number(answer.split(' ')[1])).toBe(status);
    expect(answer.toLowerCase()).not.toContain('x-evil');
    expect((await app.get('/livez')).status).toBe(200);
  });
});
