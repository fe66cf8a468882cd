import { LRUCache } from 'lru-cache';

import type { MessagePage } from './message-page.ts';

// What a row takes beside its text, in bytes: objects, numbers, short strings, what was worked out from them.
const rowBytes = 600;

/** Pages as they were read, for as long as the account's revision stands. Bounded in bytes. */
export interface PageCache {
  get(key: string): MessagePage | undefined;
  set(key: string, page: MessagePage): void;
}

/** @param maxBytes about how much memory it may take; 0 keeps nothing. */
export function createPageCache(maxBytes: number): PageCache {
  if (maxBytes === 0) return { get: () => undefined, set: () => {} };
  const pages = new LRUCache<string, MessagePage>({
    maxSize: maxBytes,
    sizeCalculation: ({ messages }, key) =>
      messages.reduce(
        (bytes, { message }) => bytes + rowBytes + 2 * message.text.length,
        rowBytes + 2 * key.length,
      ),
  });
  return {
    get: (key) => pages.get(key),
    set(key, page) {
      pages.set(key, page);
    },
  };
}
