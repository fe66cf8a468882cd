import type { FastifyInstance } from 'fastify';

import { methodNotAllowed } from './refusal.ts';

// `OPTIONS` is for preflights, which are answered at any path.
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'TRACE'] as const;

/** Answers 405 to wrong methods of the routes that are added from now on. @returns to be called after the last route */
export function watchMethods(app: FastifyInstance): () => void {
  const methodsByUrl = new Map<string, Set<string>>();
  app.addHook('onRoute', ({ url, method }) => {
    const known = methodsByUrl.get(url) ?? new Set();
    methodsByUrl.set(url, known);
    for (const name of [method].flat()) known.add(name);
  });

  return () => {
    for (const [url, known] of methodsByUrl) {
      const wrong = methods.filter((name) => !known.has(name));
      if (url === '*' || wrong.length === 0) continue;
      const allow = [...known].join(', ');
      app.route({
        url,
        method: wrong,
        // Nobody has to be known to be told, and no body is read.
        config: { open: true },
        onRequest: (_request, _reply, done) => done(methodNotAllowed(allow)),
        handler: () => Promise.reject(methodNotAllowed(allow)),
      });
    }
  };
}
