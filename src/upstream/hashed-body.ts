import { createHash, type Hash } from 'node:crypto';

/** A body of which as much was read ahead as may be kept, hashed as it came. */
export interface HashedBody {
  /** SHA-256 in hex of the whole body; null while only its beginning was read: then it is longer than what may be kept. */
  readonly digest: string | null;
  /** The body from its beginning on. Only once. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** SHA-256 in hex, once {@link HashedBody.chunks} has come to its end. */
  readDigest(): string;
}

/**
 * Reads a body ahead, so that it can be compared with a known one before anything is decoded.
 * @param maxKeptBytes how much of it may lie in memory at once.
 */
export async function hashBody(
  chunks: AsyncGenerator<Uint8Array, void, undefined>,
  maxKeptBytes: number,
): Promise<HashedBody> {
  const hash = createHash('sha256');
  const kept: Uint8Array[] = [];
  let keptBytes = 0;
  while (keptBytes <= maxKeptBytes) {
    const next = await chunks.next();
    if (next.done === true) {
      const digest = hash.digest('hex');
      return { digest, chunks: releaseEach(kept), readDigest: () => digest };
    }
    hash.update(next.value);
    kept.push(next.value);
    keptBytes += next.value.length;
  }
  let digest = '';
  return {
    digest: null,
    chunks: joinChunks(kept, chunks, hash, (whole) => {
      digest = whole;
    }),
    readDigest: () => digest,
  };
}

async function* joinChunks(
  kept: Uint8Array[],
  rest: AsyncIterable<Uint8Array>,
  hash: Hash,
  tell: (digest: string) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield* releaseEach(kept);
  for await (const chunk of rest) {
    hash.update(chunk);
    yield chunk;
  }
  tell(hash.digest('hex'));
}

/** Lets go of each chunk once it was handed out. */
async function* releaseEach(kept: Uint8Array[]): AsyncGenerator<Uint8Array, void, undefined> {
  for (const [index, chunk] of kept.entries()) {
    kept[index] = new Uint8Array();
    yield chunk;
  }
}
