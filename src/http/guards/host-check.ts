import type { FastifyInstance, FastifyRequest } from 'fastify';

import { misdirected } from '../refusal.ts';

/**
 * Refuses requests that call a service for this machine alone by a name of somebody else's. A web page can let its own
 * name lead to 127.0.0.1, and then its scripts may read what answers there (DNS rebinding); only `Host` tells. A
 * service that lets others in is called by names that nobody can know here.
 *
 * No path is excepted: metrics have figures in them, and what asks for health on this machine can name it rightly.
 */
export function addHostCheck(app: FastifyInstance): void {
  app.addHook('onRequest', async (request) => {
    if (!isCalledByOwnName(request)) throw misdirected();
  });
}

/** Whether a request's `Host` is this machine's own name or address. */
export function isCalledByOwnName({ headers }: FastifyRequest): boolean {
  return isLoopback(nameIn(headers.host ?? ''));
}

/** Whether a name or an address is this machine's own, by itself and whatever a resolver says. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}

/** What a `Host` header says without its port and an IPv6 address's brackets; empty when it is no such header. */
function nameIn(header: string): string {
  const [, address, name] = /^(?:\[([\d.:a-f]+)\]|([\w.-]+))(?::\d*)?$/i.exec(header) ?? [];
  return (address ?? name ?? '').toLowerCase();
}
