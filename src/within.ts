import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for work, but no longer than so many milliseconds. @throws what the work throws until then */
export async function within(ms: number, work: Promise<unknown>): Promise<void> {
  const done = new AbortController();
  const timeUp = sleep(ms, null, { signal: done.signal }).catch(() => null);
  await Promise.race([work, timeUp]).finally(() => done.abort());
}
