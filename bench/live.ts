import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { z } from 'zod';

import { type MeasuredProcess, serviceArgs, startMeasured } from './measured-process.ts';
import { percentile } from './open-load.ts';
import { formatTable, median } from './table.ts';

const connectionCount = 100;
const subscriptionsEach = 20;
const subscriptionCount = connectionCount * subscriptionsEach;
const changeCount = 20;
const query =
  'subscription { usageChanged { freshness { asOf revision } totals { creditsUsed messageCount } } }';
const changed = z.object({
  data: z.object({
    usageChanged: z.object({ freshness: z.object({ asOf: z.string(), revision: z.number() }) }),
  }),
});

/** Measures what 2,000 subscriptions cost one instance, and how soon they see a change. @returns the report's part */
export async function measureLive(): Promise<string> {
  const upstream = await startGrowingUpstream();
  const server = await startMeasured(['--expose-gc', ...serviceArgs], {
    PORT: '0',
    LOG_LEVEL: 'warn',
    DATABASE_URL: 'memory:',
    UPSTREAM_URL: upstream.url,
    SYNC_INTERVAL_MS: '1000',
    MAX_SUBSCRIPTIONS_PER_ACCOUNT: String(subscriptionCount),
    RATE_LIMIT_PER_MINUTE: '1000000',
  });
  try {
    while ((await fetch(`${server.url}/readyz`)).status !== 200) await sleep(20);
    // Code that is not compiled yet, and buffers that stay.
    await subscribeAll(server, async () => {});
    await settle(server, 0);
    const empty = await server.read();
    const { latenciesMs, open } = await subscribeAll(server, async (latest) => {
      const held = await server.read();
      for (let change = 0; change < changeCount; change += 1) {
        const before = latest();
        upstream.grow();
        while (latest() === before) await sleep(20);
        await sleep(1_500);
      }
      return held;
    });
    await settle(server, 0);
    const after = await server.read();
    const left = await countOpen(server);
    const seen = latenciesMs.toSorted((a, b) => a - b);
    return [
      `${subscriptionCount} subscriptions to one account over ${connectionCount} WebSockets, on one instance that pulls once a second and records to SQLite; ${changeCount} changes. From the beginning of the pull that recorded a change until a client has it. The bars: a p99 of 1,500 ms, 30 kB of heap each, none left.`,
      formatTable(
        ['what', 'figure'],
        [
          ['changes seen, of all', `${seen.length} of ${changeCount * subscriptionCount}`],
          ['median ms', median(seen).toFixed(0)],
          ['p99 ms', percentile(seen, 0.99).toFixed(0)],
          ['kB of heap each', ((open.heapBytes - empty.heapBytes) / subscriptionCount / 1_000).toFixed(1)],
          ['subscriptions left after all connections are cut', String(left)],
          [
            'kB of heap left of each',
            ((after.heapBytes - empty.heapBytes) / subscriptionCount / 1_000).toFixed(1),
          ],
        ],
      ),
    ].join('\n\n');
  } finally {
    await server.stop();
    await upstream.close();
  }
}

interface Measured<Held> {
  /** Of each change that a subscription saw, from its pull's begin. */
  readonly latenciesMs: readonly number[];
  readonly open: Held;
}

/** Opens all subscriptions, works while each has its first answer, and cuts all connections. */
async function subscribeAll<Held>(
  server: MeasuredProcess,
  work: (latestRevision: () => number) => Promise<Held>,
): Promise<Measured<Held>> {
  const latenciesMs: number[] = [];
  const sockets: WebSocket[] = [];
  class KeptSocket extends WebSocket {
    constructor(...given: ConstructorParameters<typeof WebSocket>) {
      super(...given);
      sockets.push(this);
    }
  }
  let latest = 0;
  let answered = 0;
  const clients: Client[] = [];
  for (let index = 0; index < connectionCount; index += 1) {
    const client = createClient({
      url: `${server.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: KeptSocket,
      retryAttempts: 0,
    });
    clients.push(client);
    for (let place = 0; place < subscriptionsEach; place += 1) {
      let known: number | null = null;
      const next = (result: unknown): void => {
        const { asOf, revision } = changed.parse(result).data.usageChanged.freshness;
        if (known === null) answered += 1;
        else if (revision > known) latenciesMs.push(Date.now() - Date.parse(asOf));
        known = revision;
        latest = Math.max(latest, revision);
      };
      client.subscribe({ query }, { next, error: () => null, complete: () => null });
    }
  }
  const deadlineMs = performance.now() + 60_000;
  const areAllAnswered = (): boolean => answered === subscriptionCount;
  while (!areAllAnswered()) {
    if (performance.now() > deadlineMs) throw new Error(`only ${answered} subscriptions were answered`);
    await sleep(20);
  }
  const open = await work(() => latest);
  // Cut, as a network does it: without a word.
  for (const socket of sockets) socket.terminate();
  for (const client of clients) void client.dispose();
  return { latenciesMs, open };
}

/** Waits until so many subscriptions are open. */
async function settle(server: MeasuredProcess, count: number): Promise<void> {
  const deadlineMs = performance.now() + 10_000;
  while ((await countOpen(server)) !== count && performance.now() < deadlineMs) await sleep(50);
  await sleep(500);
}

async function countOpen({ url }: MeasuredProcess): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  return Number(/^usage_subscriptions (\d+)$/m.exec(metrics)?.[1]);
}

/** An upstream whose list gets one message longer at each call of `grow`. */
async function startGrowingUpstream(): Promise<{
  readonly url: string;
  grow(): void;
  close(): Promise<void>;
}> {
  const messages: object[] = [];
  const grow = (): void => {
    const id = messages.length + 1;
    messages.push({
      id,
      text: `What is due on day ${id}?`,
      timestamp: new Date(Date.UTC(2026, 10, 1, 0, id)),
    });
  };
  grow();
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ messages }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a TCP server has this address.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    grow,
    async close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
