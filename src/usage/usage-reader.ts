import { createPageCache, type PageCache } from './page-cache.ts';
import { UsageSession, type UsageSources } from './usage-session.ts';

/** What a reader works with. */
export interface UsageReaderOptions extends UsageSources {
  /** About how much memory pages may take that were read before; 0 turns that off. */
  readonly pageCacheBytes: number;
}

/** Opens a session for each request: what a request reads, it reads once. */
export class UsageReader {
  readonly #sources: UsageSources;
  readonly #pages: PageCache;

  constructor({ pageCacheBytes, ...sources }: UsageReaderOptions) {
    this.#sources = sources;
    this.#pages = createPageCache(pageCacheBytes);
  }

  /** @param account whose usage it is; it comes from the credential. */
  openSession(account: string): UsageSession {
    return new UsageSession(account, this.#sources, this.#pages);
  }
}
