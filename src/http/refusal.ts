import type { FastifyReply, FastifyRequest } from 'fastify';

import type { Failure } from '../usage/failures.ts';

/** A request that is refused before any query runs. It says itself what the client is told. */
export class Refusal extends Error {
  readonly failure: Failure;

  constructor(failure: Failure, options?: ErrorOptions) {
    super(failure.message, options);
    this.name = 'Refusal';
    this.failure = failure;
  }
}

/** The one answer to a wrong, expired, forged or missing credential: it says nothing about which of these it was. */
export function unauthenticated(): Refusal {
  return new Refusal({
    status: 401,
    code: 'UNAUTHENTICATED',
    message: 'This needs a valid credential: a bearer token, or an API key as x-api-key.',
    headers: { 'www-authenticate': 'Bearer' },
  });
}

/** The request was meant for another server, as its `Host` says. */
export function misdirected(): Refusal {
  return new Refusal({
    status: 421,
    code: 'FORBIDDEN',
    message: 'Without authentication, this answers only when it is called localhost or by its own address.',
  });
}

/** The path is known, but not with this method. @param allow the methods that it has, comma-separated */
export function methodNotAllowed(allow: string): Refusal {
  return new Refusal({
    status: 405,
    code: 'BAD_REQUEST',
    message: `This path takes ${allow}.`,
    headers: { allow },
  });
}

/** A page of another site made a browser send the request. */
export function crossSite(): Refusal {
  return new Refusal({
    status: 403,
    code: 'FORBIDDEN',
    message: 'Pages of other sites may not ask here: their origin has to be one of CORS_ORIGINS.',
  });
}

/** Too many requests in a minute. @param retryAfterSeconds when the next one is welcome */
export function rateLimited(retryAfterSeconds: number): Refusal {
  return new Refusal({
    status: 429,
    code: 'RATE_LIMITED',
    message: `Too many requests: try again in ${retryAfterSeconds} s.`,
    facts: { retryAfterSeconds },
    headers: { 'retry-after': String(retryAfterSeconds) },
  });
}

/** More work than the process can do in time. @param retryAfterSeconds when the next try may be served */
export function overloaded(retryAfterSeconds: number): Refusal {
  return new Refusal({
    status: 503,
    code: 'OVERLOADED',
    message: `The service has more to do than it can: try again in ${retryAfterSeconds} s.`,
    facts: { retryAfterSeconds },
    headers: { 'retry-after': String(retryAfterSeconds) },
  });
}

/** Sends a failure in the shape that the path's clients read: GraphQL's `errors`, or one `error`. */
export function sendFailure(request: FastifyRequest, reply: FastifyReply, failure: Failure): FastifyReply {
  const { status, code, message, facts = {}, headers = {} } = failure;
  reply.code(status).headers(headers);
  // By the path as sent: a request that matches no route, or not even HTTP's grammar, has no route to ask.
  if (!isGraphQL(request.url)) return reply.send({ error: { code, message, ...facts } });
  const modern = request.headers.accept?.includes(graphqlResponse) ?? false;
  return reply
    .type(`${modern ? graphqlResponse : 'application/json'}; charset=utf-8`)
    .serializer(JSON.stringify)
    .send({ errors: [{ message, extensions: { code, ...facts } }] });
}

const graphqlResponse = 'application/graphql-response+json';

function isGraphQL(url: string): boolean {
  return /^\/graphql(\/stream)?\/?(\?|$)/.test(url);
}
