import { LRUCache } from 'lru-cache';

import type { Report } from '../billing/report.ts';
import type { MessagePage } from './message-page.ts';

// Upper bounds in bytes, of what takes the most: a row priced from its text, whose receipt has every step, and one with a
// report, each without its strings; and a page without rows. Checked by hand on Node.js 24, by what `heapUsed` grew by
// with 40 pages of 500 rows, or 2,000 without any, once all receipts were read: 1,430 a row, 590 a row, 1,440 a page.
const textRowBytes = 2_000;
const reportRowBytes = 700;
const pageBytes = 4_000;

/** Pages as they were read, for as long as the account's revision stands. Bounded in bytes. */
export interface PageCache {
  get(key: string): MessagePage | undefined;
  set(key: string, page: MessagePage): void;
}

/** @param maxBytes how much memory it may take at most; 0 keeps nothing. */
export function createPageCache(maxBytes: number): PageCache {
  if (maxBytes === 0) return { get: () => undefined, set: () => {} };
  const pages = new LRUCache<string, MessagePage>({
    maxSize: maxBytes,
    sizeCalculation: measurePage,
  });
  return {
    get: (key) => pages.get(key),
    set(key, page) {
      pages.set(key, page);
    },
  };
}

/** At most how many bytes a page takes; the receipts that are made of its rows later on count already. */
function measurePage({ messages }: MessagePage, key: string): number {
  // The key, and what its cursors and its filter hold of the same.
  let bytes = pageBytes + 3 * stringBytes(key);
  const reports = new Set<Report>();
  for (const { message, report } of messages) {
    bytes += stringBytes(message.text) + stringBytes(message.reportName ?? '');
    bytes += message.reportName === null ? textRowBytes : reportRowBytes;
    if (report !== null && !(report instanceof Error)) reports.add(report);
  }
  // Rows of one report share it, but each has a copy of its name.
  for (const { name } of reports) bytes += stringBytes(name);
  return bytes;
}

/** Two bytes for each character: half of that does where all are Latin. */
function stringBytes(text: string): number {
  return 2 * text.length;
}
