import { pipeline, type Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { type CallFacts, InvalidResponse, ResponseTooLarge, UpstreamError } from './errors.ts';
import { nameConnectionFault } from './connection-fault.ts';

const chunkBytes = 64 * 1024;

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
    for await (const chunk of decompress(body, contentEncoding, facts)) {
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

function decompress(body: Readable, contentEncoding: string, call: CallFacts): Readable {
  const decompressor = createDecompressor(contentEncoding, call);
  if (decompressor === null) return body;
  // A fault of either side reaches the reader through the decompressor, which the pipeline destroys with it.
  return pipeline(body, decompressor, () => {});
}

function createDecompressor(contentEncoding: string, call: CallFacts) {
  switch (contentEncoding) {
    case '':
    case 'identity':
      return null;
    case 'gzip':
    case 'x-gzip':
      return createGunzip({ chunkSize: chunkBytes });
    case 'deflate':
      return createInflate({ chunkSize: chunkBytes });
    case 'br':
      return createBrotliDecompress({ chunkSize: chunkBytes });
    default:
      throw new InvalidResponse({ ...call, problem: 'the body has an unknown content-encoding' });
  }
}

function isZlibFault(cause: unknown): boolean {
  if (!(cause instanceof Error) || !('code' in cause)) return false;
  return typeof cause.code === 'string' && /^(Z_|ERR_BROTLI|ERR__ERROR_|ERR_PADDING)/.test(cause.code);
}
