import { createClient } from 'graphql-sse';

import {
  DashboardChangesDocument,
  type DashboardChangesSubscription,
} from '../../../schema/generated/graphql.ts';
import { credentialHeaders } from './credential.ts';
import { type NewsListener, type NewsSource, pollNews } from './news.ts';
import { idOf } from './request.ts';

const minPauseMs = 5_000;
const maxPauseMs = 60_000;

/**
 * News that the service tells by itself, as server-sent events. Where there are none, or they break off, it is asked
 * instead, until the next try of a stream.
 * @param pollEveryMs how often it is asked meanwhile.
 */
export function liveNews(pollEveryMs: number): NewsSource {
  const polling = pollNews(pollEveryMs);
  return {
    watch(listener) {
      const ending = new AbortController();
      void follow(listener, polling, ending.signal);
      return () => ending.abort();
    },
  };
}

async function follow(listener: NewsListener, polling: NewsSource, signal: AbortSignal): Promise<void> {
  let pauseMs = minPauseMs;
  while (!signal.aborted) {
    const told = await readStream(listener, signal);
    if (signal.aborted) return;
    pauseMs = told ? minPauseMs : Math.min(2 * pauseMs, maxPauseMs);
    const end = polling.watch(listener);
    await ended(AbortSignal.any([signal, AbortSignal.timeout(pauseMs)]));
    end();
  }
}

/** Tells what a stream tells, until it ends. @returns whether it ever told anything */
async function readStream(listener: NewsListener, signal: AbortSignal): Promise<boolean> {
  const client = createClient({
    url: '/graphql/stream',
    headers: () => credentialHeaders(),
    retryAttempts: 0,
  });
  // A connection that is gone without a word looks like one that has nothing to tell.
  const cut = new AbortController();
  addEventListener('offline', () => cut.abort(), { signal: cut.signal });
  const over = AbortSignal.any([signal, cut.signal]);
  over.addEventListener('abort', () => client.dispose());
  let told = false;
  try {
    const sha256Hash = idOf(DashboardChangesDocument).documentId.replace(/^sha256:/, '');
    const results = client.iterate<DashboardChangesSubscription>({
      query: '',
      extensions: { persistedQuery: { version: 1, sha256Hash } },
    });
    for await (const { data } of results) {
      if (over.aborted || data == null) break;
      told = true;
      listener.tell(data.usageChanged, true);
    }
  } catch {
    // Why it broke off, the next question will tell: it meets the same network and the same guards.
  } finally {
    client.dispose();
    cut.abort();
  }
  return told;
}

function ended(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
