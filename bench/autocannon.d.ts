// The package has no types of its own: what the benchmark uses of it.
declare module 'autocannon' {
  export interface Options {
    readonly url: string;
    readonly method: 'GET' | 'POST';
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string;
    readonly connections: number;
    /** How many requests to make. */
    readonly amount?: number;
    /** In seconds, instead. */
    readonly duration?: number;
  }

  export interface Result {
    readonly requests: { readonly total: number };
    /** In milliseconds. */
    readonly latency: { readonly p50: number; readonly p99: number };
    readonly errors: number;
    readonly timeouts: number;
    readonly non2xx: number;
    readonly statusCodeStats: Readonly<Record<string, { readonly count: number }>>;
  }

  const autocannon: (options: Options) => Promise<Result>;
  // oxlint-disable-next-line import/no-default-export -- so it is.
  export default autocannon;
}
