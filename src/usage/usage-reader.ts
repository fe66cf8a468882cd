import { UsageSession, type UsageSources } from './usage-session.ts';

/** Opens a session for each request: what a request reads, it reads once. */
export class UsageReader {
  readonly #sources: UsageSources;

  constructor(sources: UsageSources) {
    this.#sources = sources;
  }

  /** @param account whose usage it is; it comes from the credential. */
  openSession(account: string): UsageSession {
    return new UsageSession(account, this.#sources);
  }
}
