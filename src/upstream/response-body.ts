import { type Duplex, pipeline, type Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { type CallFacts, InvalidResponse, ResponseTooLarge, UpstreamError } from './errors.ts';
import { nameConnectionFault } from './connection-fault.ts';

const chunkBytes = 64 * 1024;

const decompressors = new Map<string, (options: { readonly chunkSize: number }) => Duplex>([
  ['gzip', createGunzip],
  ['x-gzip', createGunzip],
  ['deflate', createInflate],
  ['br', createBrotliDecompress],
]);

/** Whether a content-encoding, in lower case, is undone here; none at all counts as known. */
export function isKnownCoding(contentEncoding: string): boolean {
  return contentEncoding === '' || contentEncoding === 'identity' || decompressors.has(contentEncoding);
}

/**
 * Reads a body chunk by chunk, decompressed. What leaves the decompressor is counted, and it stops being fed at
 * `maxBytes`, so a gzip bomb stays small.
 * @throws ResponseTooLarge, InvalidResponse when it cannot be decompressed, UpstreamUnavailable when it breaks off.
 */
export async function* readBody(
  body: Readable,
  contentEncoding: string,
  facts: CallFacts & { readonly maxBytes: number },
): AsyncGenerator<Uint8Array, void, undefined> {
  let bytes = 0;
  try {
    for await (const chunk of decompress(body, contentEncoding)) {
      if (!(chunk instanceof Uint8Array)) throw new TypeError('A body stream must not be in object mode');
      bytes += chunk.length;
      if (bytes > facts.maxBytes) throw new ResponseTooLarge(facts);
      yield chunk;
    }
  } catch (cause) {
    if (cause instanceof UpstreamError) throw cause;
    if (isZlibFault(cause))
      throw new InvalidResponse({ ...facts, problem: 'the body cannot be decompressed' }, { cause });
    throw nameConnectionFault(cause, facts);
  }
}

function decompress(body: Readable, contentEncoding: string): Readable {
  const createDecompressor = decompressors.get(contentEncoding);
  // A label that nobody knows, such as "utf-8", may stand on plain JSON: whether it is JSON shows when it is read.
  if (createDecompressor === undefined) return body;
  // A fault of either side reaches the reader through the decompressor, which the pipeline destroys with it.
  return pipeline(body, createDecompressor({ chunkSize: chunkBytes }), () => {});
}

function isZlibFault(cause: unknown): boolean {
  if (!(cause instanceof Error) || !('code' in cause)) return false;
  return typeof cause.code === 'string' && /^(Z_|ERR_BROTLI|ERR__ERROR_|ERR_PADDING)/.test(cause.code);
}
