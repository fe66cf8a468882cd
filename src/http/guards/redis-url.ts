import { Redis } from 'ioredis';

/**
 * Checks a `redis://` or `rediss://` URL by the client that will use it.
 * @throws Error whose message completes "REDIS_URL …", and holds nothing of the URL
 */
export function parseRedisUrl(text: string): string {
  if (!/^rediss?:\/\/.+$/i.test(text)) throw new Error('must be redis://… or rediss://…');
  const [, path = ''] = /^\w+:\/\/[^/?]*(.*)$/.exec(text) ?? [];
  if (/[#]/.test(text) || /@/.test(path) || /%(?![\da-f]{2})/i.test(text))
    throw new Error(
      'has a character that a URL wants percent-encoded: # as %23, / as %2F, ? as %3F, @ as %40, % as %25',
    );
  const { db, port } = readOptions(text);
  if (!/^\d{1,9}$/.test(String(db ?? 0)))
    throw new Error('must have the number of a database as its path, or none');
  if (Number(port) === 0) throw new Error('must have a port from 1 to 65535');
  return text;
}

function readOptions(url: string): Redis['options'] {
  try {
    return new Redis(url, { lazyConnect: true }).options;
  } catch (cause) {
    throw new Error('is no URL of a Redis server: look at its host and its port', { cause });
  }
}
