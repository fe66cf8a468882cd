import type { FastifyInstance, FastifyRequest } from 'fastify';

import { crossSite } from '../refusal.ts';
import { isAllowedOrigin } from './cors-origins.ts';

/**
 * Refuses what a page of another site makes a browser send. Browsers say which site it was, and pages cannot make them
 * say something else; programs that are no browsers say nothing, and may ask.
 * @param allowedOrigins whose pages may ask all the same; `https://*.example.com` stands for all subdomains.
 */
export function addCrossSiteCheck(app: FastifyInstance, allowedOrigins: readonly string[]): void {
  app.addHook('onRequest', (request, _reply, done) => {
    if (!isCrossSite(request) || isVisit(request)) return done();
    const { origin } = request.headers;
    return origin !== undefined && isAllowedOrigin(origin, allowedOrigins) ? done() : done(crossSite());
  });
}

/** Source: Fetch Metadata Request Headers, W3C. Browsers without these headers send an `Origin` where it matters. */
function isCrossSite({ headers }: FastifyRequest): boolean {
  const { origin } = headers;
  // A page without a name of its own, such as a sandboxed frame: it may be anybody's.
  if (origin === 'null') return true;
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  return origin !== undefined && !isOriginOf(origin, headers.host ?? '');
}

/** Whether an origin is the one that `Host` names. Its scheme is not compared: a proxy may have ended TLS. */
function isOriginOf(origin: string, host: string): boolean {
  const url = URL.parse(origin);
  return url !== null && url.host === URL.parse(`${url.protocol}//${host}`)?.host;
}

/** A link that somebody follows, in a tab of its own: pages and files must open, and no other page reads them. */
function isVisit({ method, headers }: FastifyRequest): boolean {
  return (
    (method === 'GET' || method === 'HEAD') &&
    headers['sec-fetch-mode'] === 'navigate' &&
    (headers['sec-fetch-dest'] ?? 'document') === 'document'
  );
}
