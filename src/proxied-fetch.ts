import type { Dispatcher } from 'undici';

import type { FetchKeys } from './http/guards/jwt.ts';
import { createAgent, type Proxies } from './upstream/proxies.ts';

const connectMs = 2_000;

/** Makes what gets small documents, such as an issuer's keys, through the proxies. It follows no redirect. */
export function createProxiedFetch(proxies: Proxies): {
  readonly fetch: FetchKeys;
  /** Destroys all connections. */
  close(): Promise<void>;
} {
  const agents = new Map<string, Dispatcher>();
  return {
    async fetch(url, { method, headers, signal }) {
      const { origin, pathname, search, protocol } = new URL(url);
      const scheme = protocol === 'https:' ? 'https' : 'http';
      const agent = agents.get(scheme) ?? createAgent(scheme, proxies, { connectMs });
      agents.set(scheme, agent);
      const request = {
        origin,
        path: pathname + search,
        method,
        headers: Object.fromEntries(headers),
        signal,
      };
      const { statusCode, body } = await agent.request(request);
      return new Response(await body.arrayBuffer(), { status: statusCode });
    },
    async close() {
      await Promise.all([...agents.values()].map((agent) => agent.destroy()));
    },
  };
}
