import type { FastifyInstance } from 'fastify';

/** Serves `/livez` and `/readyz`. @param unreadyReason why the service cannot answer queries; null when it can. */
export function addHealthEndpoints(
  app: FastifyInstance,
  { unreadyReason }: { readonly unreadyReason: () => Promise<string | null> },
): void {
  app.get('/livez', { config: { open: true } }, async () => ({ status: 'ok' }));
  app.get('/readyz', { config: { open: true } }, async (_request, reply) => {
    const reason = await unreadyReason();
    if (reason === null) return { status: 'ok' };
    return reply.code(503).send({ status: 'unavailable', reason });
  });
}
