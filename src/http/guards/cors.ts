import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';

import { isAllowedOrigin } from './cors-origins.ts';

/** Lets pages of some origins call the service and read what they need. @param allowedOrigins may hold patterns */
export async function addCors(app: FastifyInstance, allowedOrigins: readonly string[]): Promise<void> {
  await app.register(cors, {
    origin: (origin, callback) => callback(null, isAllowedOrigin(origin ?? '', allowedOrigins)),
    exposedHeaders: [
      'ETag',
      'Retry-After',
      'Content-Disposition',
      'RateLimit-Limit',
      'RateLimit-Remaining',
      'RateLimit-Reset',
      'X-Usage-Set-Aside',
    ],
    maxAge: 86_400,
  });
}
