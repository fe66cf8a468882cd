import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

import { etagOf, isKnownToClient } from './graphql/answer-cache.ts';
import { Refusal } from './refusal.ts';

/** Where `npm run build` puts the page; the same folder seen from `src` and from `dist`. */
const builtFolder = new URL('../../dist/dashboard/', import.meta.url);

/** Serves the dashboard at `/`. Its files are open to all; what it shows needs the account's credential. */
export async function addDashboard(app: FastifyInstance): Promise<void> {
  app.get('/', { config: { open: true } }, async (request, reply) => {
    const page = await readFile(new URL('index.html', builtFolder)).catch(() => null);
    if (page === null) throw notBuilt();
    const etag = etagOf(page);
    // It names its files by their content, so that it alone has to be asked for again.
    reply.header('etag', etag).header('cache-control', 'no-cache');
    if (isKnownToClient(request.headers['if-none-match'], etag)) return reply.code(304).send();
    return reply.type('text/html; charset=utf-8').send(page);
  });
  await app.register(async (files) => {
    files.addHook('onRoute', (route) => {
      route.config = { ...route.config, open: true };
    });
    await files.register(fastifyStatic, {
      root: fileURLToPath(new URL('assets/', builtFolder)),
      prefix: '/assets/',
      index: false,
      decorateReply: false,
      preCompressed: true,
      immutable: true,
      maxAge: '365d',
    });
  });
}

function notBuilt(): Refusal {
  return new Refusal({
    status: 404,
    code: 'NOT_FOUND',
    message: 'The dashboard is not built: `npm run build` does that. The data is at /graphql.',
  });
}
