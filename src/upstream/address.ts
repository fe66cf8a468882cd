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
 * Checks a base URL by the very function that will place accounts in it.
 * @throws Error whose message completes "UPSTREAM_URL …", and holds nothing of the URL
 */
export function parseBaseUrl(text: string): string {
  if (text.includes('#')) throw new Error('must write a # of its user or password as %23');
  const call = { account: 'default', path: '' };
  const url = URL.canParse(text.replaceAll(accountPlace, call.account)) ? placeAccount(text, call) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) throw new Error('must be an http:// or https:// URL');
  return text;
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

const accountPlace = '{account}';

function placeAccount(baseUrl: string, call: CallFacts): URL {
  if (!baseUrl.includes(accountPlace)) return new URL(baseUrl);
  // URL parsing resolves dot segments, so this account would climb out of its place in the path.
  if (call.account === '.' || call.account === '..') throw new UnaddressableAccount(call);
  const text = baseUrl.replaceAll(accountPlace, () => encodeURIComponent(call.account.toWellFormed()));
  const url = URL.parse(text);
  // Null when the place is in the host and the id holds what no host name may hold.
  if (url === null) throw new UnaddressableAccount(call);
  return url;
}

function authorize(base: URL): string | null {
  if (base.username === '' && base.password === '') return null;
  return `Basic ${decodeBytes(`${base.username}:${base.password}`).toString('base64')}`;
}

/** The bytes that a part of a URL stands for. A % that begins no escape stands for itself, as other clients have it. */
function decodeBytes(part: string): Buffer {
  const bytes = part.replaceAll(/%([\da-f]{2})/gi, (_escape, digits: string) =>
    String.fromCodePoint(Number.parseInt(digits, 16)),
  );
  return Buffer.from(bytes, 'latin1');
}
