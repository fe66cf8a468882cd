import { hash } from 'node:crypto';

import { LRUCache } from 'lru-cache';

import { type GraphQLHttpRequest, queryOf } from './graphql-request.ts';

/** A whole answer without errors, as it goes out. */
export interface KeptAnswer {
  readonly contentType: string;
  readonly body: Buffer;
  /** Names these bytes, whichever instance made them; null where no client asks again by it. */
  readonly etag: string | null;
}

/** Answers of all accounts. Bounded in bytes; the ones longest unused go first. */
export interface AnswerCache {
  get(key: string): KeptAnswer | undefined;
  set(key: string, answer: KeptAnswer): void;
}

// An object, a map's entry and a buffer's head.
const entryBytes = 400;
const maxKeyLength = 20_000;

/** @param maxBytes how much memory it may take; 0 keeps nothing. */
export function createAnswerCache(maxBytes: number): AnswerCache {
  if (maxBytes === 0) return { get: () => undefined, set: () => {} };
  const answers = new LRUCache<string, KeptAnswer>({
    maxSize: maxBytes,
    // One answer must not push out all others.
    maxEntrySize: Math.ceil(maxBytes / 8),
    sizeCalculation: ({ body }, key) => entryBytes + 2 * key.length + body.byteLength,
  });
  return {
    get: (key) => answers.get(key),
    set(key, answer) {
      if (key.length <= maxKeyLength) answers.set(key, answer);
    },
  };
}

/** Names bytes by what they are, so that every instance gives them the same name; weak, as they may be sent compressed. */
export function etagOf(body: Buffer): string {
  return `W/"${hash('sha256', body, 'base64url')}"`;
}

/**
 * Whether an answer may depend on when the account was pulled last, and not on what is recorded alone. Names cannot be
 * escaped in GraphQL, so a document that asks for a field holds its name. An estimate may read a report of which no
 * message tells.
 */
export function dependsOnFreshness({ httpGraphQLRequest }: GraphQLHttpRequest): boolean {
  return /freshness|estimate/.test(queryOf(httpGraphQLRequest));
}

/**
 * The key of everything that the answer to a GraphQL request depends on: whose usage it is and its state in the
 * ledger, which each request reads anew, so that another instance's pull counts as well; the request; and those
 * headers that Apollo and its plugins look at. Null: not to be answered from the cache.
 */
export function answerKey(
  account: string,
  state: string,
  { httpGraphQLRequest, trusted }: GraphQLHttpRequest,
): string | null {
  const { method, headers, search, body } = httpGraphQLRequest;
  if (method !== 'GET' && (typeof body !== 'object' || body === null)) return null;
  const asked = method === 'GET' ? search : writeBody(body);
  if (asked === null) return null;
  const told = `${headers.get('accept') ?? ''}\n${headers.get('x-query-cost') ?? ''}`;
  return `${account}\n${state}\n${method} ${trusted}\n${told}\n${asked}`;
}

/** Null for what was nested too deeply on purpose: it can be read, but not written again. */
function writeBody(body: unknown): string | null {
  try {
    return JSON.stringify(body);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** Whether a request's `if-none-match` names the answer that it would get. Source: RFC 9110, 13.1.2. */
export function isKnownToClient(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch.split(',').some((tag) => {
    const known = tag.trim();
    return known === '*' || known.replace(/^W\//, '') === etag.replace(/^W\//, '');
  });
}
