import compress from '@fastify/compress';
import type { FastifyInstance } from 'fastify';

/** Smaller answers would not become smaller by much, and most answers of few messages are. */
const minBytes = 1_000;

/** Compresses the answers of all routes that are added from now on, for clients that accept it. */
export async function addCompression(app: FastifyInstance): Promise<void> {
  await app.register(compress, {
    threshold: minBytes,
    encodings: ['br', 'gzip'],
    // Requests are short, and what inflates to gigabytes is an attack.
    globalDecompression: false,
  });
}
