import { Agent, type Dispatcher, EnvHttpProxyAgent } from 'undici';

/** The proxies to go through. Source: the variables HTTP_PROXY, HTTPS_PROXY and NO_PROXY, as curl reads them. */
export interface Proxies {
  /** For http:// and for https:// URLs; null: none. */
  readonly http: string | null;
  readonly https: string | null;
  /** Hosts that are called directly, comma-separated. */
  readonly except: string;
}

/** No proxy at all. */
export const noProxies: Proxies = { http: null, https: null, except: '' };

/**
 * Reads a proxy's URL; without a scheme, it is one of HTTP.
 * @throws Error whose message completes "HTTP_PROXY …", and holds nothing of the URL
 */
export function parseProxyUrl(text: string): string {
  const url = URL.parse(text.includes('://') ? text : `http://${text}`);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new Error('must be an http:// or https:// URL of a proxy');
  return url.href;
}

/** Makes the agent of one scheme's calls. */
export function createAgent(
  scheme: 'http' | 'https',
  proxies: Proxies,
  { connectMs, ...options }: Omit<Agent.Options, 'connect'> & { readonly connectMs: number },
): Dispatcher {
  const proxy = proxies[scheme];
  if (proxy === null) return new Agent({ ...options, connect: { timeout: connectMs } });
  return new EnvHttpProxyAgent({
    ...options,
    connectTimeout: connectMs,
    // One for both: this agent sees one scheme only.
    httpProxy: proxy,
    httpsProxy: proxy,
    noProxy: proxies.except,
  });
}
