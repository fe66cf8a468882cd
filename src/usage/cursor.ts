import { hash } from 'node:crypto';

import { z } from 'zod';

import type { MessageFilter, MessageKey, MessageOrder } from './message-query.ts';

/** What a cursor is good for: it means nothing with another account, period, filter or order. */
export interface CursorScope {
  readonly account: string;
  readonly periodId: number;
  readonly filter: MessageFilter;
  readonly order: readonly MessageOrder[];
}

/** Writes and reads the cursors of one connection. */
export interface CursorCodec {
  encode(key: MessageKey): string;
  /** @throws InvalidCursor unless this scope's codec wrote it. */
  decode(argument: string, cursor: string): MessageKey;
}

// 72 bits: no accident and no hand edit passes by chance.
const sealCharacters = 12;

/**
 * A cursor is the key of a row, sealed with a digest over it and the scope. The digest is no secret: whoever forges
 * a cursor only reaches other places of the same account's own list.
 */
export function createCursorCodec(scope: CursorScope): CursorCodec {
  const { account, periodId, filter, order } = scope;
  const scopeDigest = hash('sha256', JSON.stringify([account, periodId, filter, order]), 'base64url');
  const keySchema = z.array(z.union([z.string(), z.number(), z.null()])).length(order.length + 1);

  function sealOf(payload: string): string {
    return hash('sha256', `${scopeDigest}.${payload}`, 'base64url').slice(0, sealCharacters);
  }

  return {
    encode(key) {
      const payload = Buffer.from(JSON.stringify(key)).toString('base64url');
      return sealOf(payload) + payload;
    },
    decode(argument, cursor) {
      const payload = cursor.slice(sealCharacters);
      if (cursor.slice(0, sealCharacters) !== sealOf(payload)) throw new InvalidCursor({ argument });
      return keySchema.parse(JSON.parse(Buffer.from(payload, 'base64url').toString()));
    },
  };
}

/** A cursor that this list did not hand out: tampered with, or of another account, period, filter or order. */
export class InvalidCursor extends Error {
  constructor({ argument }: { readonly argument: string }) {
    super(`"${argument}" is not a cursor of this list: use one that came with the same filter and order`);
    this.name = 'InvalidCursor';
  }
}
