import { type CallFacts, UnaddressableAccount } from './errors.ts';

/** Where one call goes. */
export interface Address {
  /** Scheme, host and port. */
  readonly origin: string;
  /** Path and query, as they are sent. */
  readonly requestPath: string;
  /** The `authorization` header, made of the URL's user and password; null without them. */
  readonly authorization: string | null;
  /** Equal for all calls to one account's upstream: accounts that share a URL share its limits. */
  readonly upstreamKey: string;
}

/**
 * Joins the base URL, with the account in place of `{account}`, and the endpoint's path. A query of the base URL stays.
 * @throws UnaddressableAccount when the account's id would lead somewhere else.
 */
export function locateCall(baseUrl: string, call: CallFacts): Address {
  const base = placeAccount(baseUrl, call);
  return {
    origin: base.origin,
    requestPath: base.pathname.replace(/\/+$/, '') + call.path + base.search,
    authorization: authorize(base),
    upstreamKey: base.href,
  };
}

function placeAccount(baseUrl: string, call: CallFacts): URL {
  if (!baseUrl.includes('{account}')) return new URL(baseUrl);
  // URL parsing resolves dot segments, so this account would climb out of its place in the path.
  if (call.account === '.' || call.account === '..') throw new UnaddressableAccount(call);
  const text = baseUrl.replaceAll('{account}', () => encodeURIComponent(call.account.toWellFormed()));
  const url = URL.parse(text);
  // Null when the place is in the host and the id holds what no host name may hold.
  if (url === null) throw new UnaddressableAccount(call);
  return url;
}

function authorize(base: URL): string | null {
  if (base.username === '' && base.password === '') return null;
  const credentials = `${decodeURIComponent(base.username)}:${decodeURIComponent(base.password)}`;
  return `Basic ${Buffer.from(credentials).toString('base64')}`;
}
