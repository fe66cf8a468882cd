import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';

/** Requests that arrive whether or not the earlier ones were answered, as those of many independent users do. */
export interface OpenLoad {
  /** Base URL of the service. */
  readonly url: string;
  readonly query: string;
  readonly requestsPerSecond: number;
  readonly durationMs: number;
  /** The most requests open at once; beyond it, arrivals wait, and their waiting counts as latency. */
  readonly connections: number;
}

/** What those requests got. */
export interface LoadResult {
  /** Answers by status; 0: none. */
  readonly statuses: ReadonlyMap<number, number>;
  /** From arrival to the whole answer, of those answered 200, in ms and in rising order. */
  readonly servedMs: readonly number[];
  readonly sentCount: number;
}

/** Puts load on a service. Ends when everything that was sent has been answered. */
export async function putLoad({
  url,
  query,
  requestsPerSecond,
  durationMs,
  connections,
}: OpenLoad): Promise<LoadResult> {
  const pool = new Pool(url, { connections, pipelining: 1 });
  const statuses = new Map<number, number>();
  const servedMs: number[] = [];
  const underWay = new Set<Promise<void>>();
  const body = JSON.stringify({ query });
  const begin = performance.now();
  let sentCount = 0;

  async function send(arrivedMs: number): Promise<void> {
    const status = await post(pool, body);
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    if (status === 200) servedMs.push(performance.now() - arrivedMs);
  }

  for (let elapsedMs = 0; elapsedMs < durationMs; elapsedMs = performance.now() - begin) {
    // Each at its own time by the plan: a late timer makes no request arrive later.
    for (; sentCount < (elapsedMs / 1_000) * requestsPerSecond; sentCount++) {
      const request = send(begin + (sentCount / requestsPerSecond) * 1_000);
      underWay.add(request);
      void request.finally(() => underWay.delete(request));
    }
    await sleep(2);
  }
  await Promise.all(underWay);
  await pool.destroy();
  return { statuses, servedMs: servedMs.toSorted((a, b) => a - b), sentCount };
}

/** The value below which that share of sorted values lies. */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** The most that a service answers: `connections` clients that each ask again at once. @returns requests a second */
export async function findCapacity({
  url,
  query,
  durationMs,
  connections,
}: Omit<OpenLoad, 'requestsPerSecond'>): Promise<number> {
  const pool = new Pool(url, { connections, pipelining: 1 });
  const body = JSON.stringify({ query });
  const begin = performance.now();
  let served = 0;
  const client = async (): Promise<void> => {
    while (performance.now() - begin < durationMs) if ((await post(pool, body)) === 200) served += 1;
  };
  await Promise.all(Array.from({ length: connections }, client));
  await pool.destroy();
  return (served / (performance.now() - begin)) * 1_000;
}

async function post(pool: Pool, body: string): Promise<number> {
  try {
    const headers = { 'content-type': 'application/json' };
    const response = await pool.request({ path: '/graphql', method: 'POST', headers, body });
    await response.body.dump();
    return response.statusCode;
  } catch {
    return 0;
  }
}
