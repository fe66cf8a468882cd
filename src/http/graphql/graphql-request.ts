import { HeaderMap, type HTTPGraphQLRequest } from '@apollo/server';
import type { FastifyRequest } from 'fastify';

import { isPageVisit } from '../guards/authentication.ts';
import { Refusal } from '../refusal.ts';
import { readDocumentId, type TrustedDocuments } from './trusted-documents.ts';

/** A request as Apollo takes it, with a trusted document in the place of its id. */
export interface GraphQLHttpRequest {
  readonly httpGraphQLRequest: HTTPGraphQLRequest;
  /** Whether the query is a trusted document. */
  readonly trusted: boolean;
  /** Whether it is a browser that opens the page, to be answered with nothing else. */
  readonly page: boolean;
}

/** What a request may ask for. */
export interface GraphQLRequestOptions {
  readonly trustedDocuments: TrustedDocuments;
  /** Whether there is a page for browsers. */
  readonly introspection: boolean;
}

/** Reads a request to `/graphql`. @throws Refusal when it names no trusted document but has to. */
export function readGraphQLRequest(
  request: FastifyRequest,
  { trustedDocuments: trust, introspection }: GraphQLRequestOptions,
): GraphQLHttpRequest {
  const headers = readHeaders(request);
  const { method, body } = request;
  const search = searchOf(request.url);
  if (introspection && isPageVisit(request)) {
    // Apollo weighs `accept` by rules of its own, and nobody may be known to ask: nothing but the page may come of it.
    headers.set('accept', 'text/html');
    const visit = { method: 'GET', headers, search: '', body: undefined };
    return { httpGraphQLRequest: visit, trusted: false, page: true };
  }
  const parameters = method === 'GET' ? readSearch(search) : isRecord(body) ? body : {};
  const id = readDocumentId(parameters);
  if (id === null) {
    if (trust.only) throw documentIdNeeded();
    return { httpGraphQLRequest: { method, headers, search, body }, trusted: false, page: false };
  }
  const query = trust.documents.get(id);
  if (query === undefined) throw unknownDocument(typeof parameters['documentId'] === 'string');
  if (method !== 'GET') {
    // Whatever came in the place of the query is dropped.
    const { extensions: _extensions, documentId: _documentId, ...rest } = parameters;
    return {
      httpGraphQLRequest: { method, headers, search, body: { ...rest, query } },
      trusted: true,
      page: false,
    };
  }
  const trustedSearch = new URLSearchParams(search);
  trustedSearch.set('query', query);
  trustedSearch.delete('extensions');
  return {
    httpGraphQLRequest: { method, headers, search: trustedSearch.toString(), body: undefined },
    trusted: true,
    page: false,
  };
}

/** The document of a request; empty where there is none. */
export function queryOf({ method, search, body }: HTTPGraphQLRequest): string {
  if (method === 'GET') return new URLSearchParams(search).get('query') ?? '';
  return isRecord(body) && typeof body['query'] === 'string' ? body['query'] : '';
}

function readHeaders({ headers }: FastifyRequest): HeaderMap {
  const map = new HeaderMap();
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) map.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return map;
}

/** Without the help of `new URL`, which throws at hosts that a client made up. */
function searchOf(url: string): string {
  const start = url.indexOf('?');
  return start === -1 ? '' : url.slice(start);
}

function readSearch(search: string): Readonly<Record<string, unknown>> {
  const parameters = new URLSearchParams(search);
  const extensions = parameters.get('extensions');
  return { documentId: parameters.get('documentId') ?? undefined, extensions: parseJson(extensions) };
}

/** Null where it is no JSON: Apollo says so to the client. */
function parseJson(text: string | null): unknown {
  if (text === null) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function documentIdNeeded(): Refusal {
  return new Refusal({
    status: 403,
    code: 'FORBIDDEN',
    message: 'Only trusted documents are answered here: send the documentId of one.',
  });
}

function unknownDocument(byDocumentId: boolean): Refusal {
  return new Refusal({
    status: 400,
    // Apollo's and urql's clients look for these very words. The second has them send whole queries from now on.
    ...(byDocumentId
      ? { code: 'PERSISTED_QUERY_NOT_FOUND', message: 'PersistedQueryNotFound' }
      : { code: 'PERSISTED_QUERY_NOT_SUPPORTED', message: 'PersistedQueryNotSupported' }),
  });
}
