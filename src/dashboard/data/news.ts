import { DashboardNewsDocument, type DashboardNewsQuery } from '../../../schema/generated/graphql.ts';
import type { Problem } from './problem.ts';
import { request } from './request.ts';

/** The newest state of the account: its current period and how fresh its figures are. */
export type News = NonNullable<DashboardNewsQuery['usage']>;

/** Where news come from. */
export interface NewsSource {
  /** Begins to tell, at once. @returns what ends it. */
  watch(listener: NewsListener): () => void;
}

/** Who hears of news. */
export interface NewsListener {
  /** @param live whether the service tells by itself, and was not asked. */
  tell(news: News, live: boolean): void;
  /** News cannot be read at the moment; the source goes on trying. */
  fail(problem: Problem): void;
}

/** Asks again and again, one question at a time. */
export function pollNews(everyMs: number): NewsSource {
  return {
    watch(listener) {
      const ending = new AbortController();
      void poll(listener, everyMs, ending.signal);
      return () => ending.abort();
    },
  };
}

async function poll(listener: NewsListener, everyMs: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const { data, problem } = await request(DashboardNewsDocument, {});
    if (signal.aborted) return;
    if (problem !== null) listener.fail(problem);
    else if (data.usage !== null) listener.tell(data.usage, false);
    await sleep(everyMs, signal);
  }
}

/** Watches a source while somebody looks at the page, and begins anew when they come back. */
export function watchWhileVisible(source: NewsSource, listener: NewsListener): () => void {
  let end: (() => void) | null = null;
  function follow(): void {
    if (document.hidden) {
      end?.();
      end = null;
    } else end ??= source.watch(listener);
  }
  follow();
  document.addEventListener('visibilitychange', follow);
  return () => {
    document.removeEventListener('visibilitychange', follow);
    end?.();
  };
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
