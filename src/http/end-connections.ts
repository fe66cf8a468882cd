import type { Socket } from 'node:net';

import type { FastifyInstance } from 'fastify';

/**
 * Lets no connection hold the close back for as long as its client likes: one that is kept alive ends with its answer,
 * and one that has asked nothing so far ends at once. Browsers open spare ones, and Node.js counts them as busy.
 */
export function endConnectionsOnClose(app: FastifyInstance): void {
  const unused = new Set<Socket>();
  let closing = false;
  app.server.on('connection', (socket) => {
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });
  app.server.on('request', ({ socket }) => unused.delete(socket));
  app.addHook('preClose', async () => {
    closing = true;
    for (const socket of unused) if (socket.bytesRead === 0) socket.destroy();
  });
  app.addHook('onSend', async (_request, reply) => {
    if (closing) reply.header('connection', 'close');
  });
}
