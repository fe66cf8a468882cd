import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';

/** What one request saw. */
export interface Sight {
  readonly atMs: number;
  readonly tookMs: number;
  /** `ok`, the code of the first error, or `refused` when there was no answer. */
  readonly outcome: string;
  readonly messageCount: number | null;
}

/** What users saw while a fault went on. */
export interface OutsideView {
  readonly queries: readonly Sight[];
  readonly readiness: readonly {
    readonly atMs: number;
    readonly tookMs: number;
    readonly status: number;
    readonly reason: string | null;
  }[];
  /** Every status that /livez gave. */
  readonly liveness: readonly number[];
  /** Ends the watch, after the answers under way. */
  end(): Promise<void>;
}

const answer = z.object({
  data: z
    .object({ usage: z.object({ totals: z.object({ messageCount: z.number() }).nullable() }).nullable() })
    .nullable()
    .optional(),
  errors: z.array(z.object({ extensions: z.object({ code: z.string() }) })).optional(),
});
const readinessAnswer = z.object({ reason: z.string().optional() });

/** Asks a service for usage, readiness and life every 50 ms, each as its own client would: a slow answer delays no other. */
export function watchFromOutside(url: string): OutsideView {
  const queries: Sight[] = [];
  const readiness: OutsideView['readiness'][number][] = [];
  const liveness: number[] = [];
  const underWay = new Set<Promise<void>>();
  const stopped = new AbortController();

  async function ask(): Promise<void> {
    const atMs = performance.now();
    queries.push({ atMs, ...(await askForUsage(url)), tookMs: performance.now() - atMs });
  }
  async function askReadiness(): Promise<void> {
    const atMs = performance.now();
    const response = await fetch(`${url}/readyz`);
    const { reason = null } = readinessAnswer.parse(await response.json());
    readiness.push({ atMs, tookMs: performance.now() - atMs, status: response.status, reason });
  }
  async function askLiveness(): Promise<void> {
    liveness.push(
      await fetch(`${url}/livez`).then(
        (response) => response.status,
        () => 0,
      ),
    );
  }
  const loop = (async () => {
    while (!stopped.signal.aborted) {
      for (const work of [ask(), askReadiness().catch(() => {}), askLiveness()]) {
        underWay.add(work);
        void work.finally(() => underWay.delete(work));
      }
      await sleep(50, null, { signal: stopped.signal }).catch(() => null);
    }
  })();

  return {
    queries,
    readiness,
    liveness,
    async end() {
      stopped.abort();
      await loop;
      await Promise.all(underWay);
    },
  };
}

/** One query for the current period's totals. Never throws. */
export async function askForUsage(url: string): Promise<Pick<Sight, 'outcome' | 'messageCount'>> {
  try {
    // A filter, so that the messages themselves are counted, not only the kept sums read.
    const query = '{ usage { totals(filter: { text: "message" }) { messageCount } } }';
    const response = await fetch(`${url}/graphql?query=${encodeURIComponent(query)}`, {
      signal: AbortSignal.timeout(10_000),
    });
    const { data, errors } = answer.parse(await response.json());
    return {
      outcome: errors?.[0]?.extensions.code ?? 'ok',
      messageCount: data?.usage?.totals?.messageCount ?? null,
    };
  } catch {
    return { outcome: 'refused', messageCount: null };
  }
}

/** The longest time that any query or readiness probe took, in ms. */
export function readMaxMs({ queries, readiness }: OutsideView): number {
  return Math.max(...[...queries, ...readiness].map(({ tookMs }) => tookMs));
}

/** How often each outcome was seen, for tables and failures. */
export function countOutcomes(sights: readonly Pick<Sight, 'outcome'>[]): Readonly<Record<string, number>> {
  return Object.fromEntries(
    [...Map.groupBy(sights, ({ outcome }) => outcome)].map(([key, all]) => [key, all.length]),
  );
}
