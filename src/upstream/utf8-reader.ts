import { type CallFacts, InvalidResponse } from './errors.ts';

/** Turns a body's bytes into text, piece by piece. */
export interface Utf8Reader {
  /** The text of the next piece, without a byte order mark. @throws InvalidResponse when it is no UTF-8 */
  read(chunk: Uint8Array): string;
  /** What was still unfinished. @throws InvalidResponse when the body ends within a character */
  end(): string;
}

/**
 * Makes a reader for one body. Bytes that are no UTF-8 must not become U+FFFD: that is another text, and would have
 * another price.
 */
export function createUtf8Reader(call: CallFacts): Utf8Reader {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const decode = (chunk: Uint8Array | undefined): string => {
    try {
      return decoder.decode(chunk, { stream: chunk !== undefined });
    } catch (cause) {
      throw new InvalidResponse({ ...call, problem: 'the body is not UTF-8' }, { cause });
    }
  };
  return { read: (chunk) => decode(chunk), end: () => decode(undefined) };
}
