import { hash } from 'node:crypto';

import { z } from 'zod';

import type { MessageFilter } from '../ledger/reading/message-filter.ts';
import type { MessageKey, MessageOrder } from '../ledger/reading/message-order.ts';

/** What a cursor is good for: it means nothing with another account, period, filter or order. */
export interface CursorScope {
  readonly account: string;
  readonly periodId: number;
  readonly filter: MessageFilter;
  readonly order: readonly MessageOrder[];
}

/** Writes and reads the cursors of one connection. */
export interface CursorCodec {
  encode(place: CursorPlace): string;
  /** @throws InvalidCursor unless this scope's codec wrote it. */
  decode(argument: string, cursor: string): CursorPlace;
}

/** A row and its place in the order when the cursor was made. */
export interface CursorPlace {
  readonly key: MessageKey;
  /** The row's id: its position may change, if rarely. */
  readonly id: number;
}

// 72 bits: no accident and no hand edit passes by chance.
const sealCharacters = 12;

/**
 * A cursor is the key of a row, sealed with a digest over it and the scope. The digest is no secret: a client
 * that forges a cursor only reaches other places of the same account's own list.
 */
export function createCursorCodec(scope: CursorScope): CursorCodec {
  const { account, periodId, filter, order } = scope;
  const scopeDigest = hash('sha256', JSON.stringify([account, periodId, filter, order]), 'base64url');

  function sealOf(payload: string): string {
    return hash('sha256', `${scopeDigest}.${payload}`, 'base64url').slice(0, sealCharacters);
  }

  return {
    encode({ key, id }) {
      const payload = Buffer.from(JSON.stringify([...key, id])).toString('base64url');
      return sealOf(payload) + payload;
    },
    decode(argument, cursor) {
      const payload = cursor.slice(sealCharacters);
      if (cursor.slice(0, sealCharacters) !== sealOf(payload)) throw new InvalidCursor({ argument });
      // A client that knows how can make the seal: what it seals is checked as well.
      const values = keySchemaOf(order).safeParse(parseJson(Buffer.from(payload, 'base64url').toString()));
      if (!values.success) throw new InvalidCursor({ argument });
      return { key: values.data.slice(0, -1), id: Number(values.data.at(-1)) };
    },
  };
}

/** Of the rows' values in an order, with the position and the id at their end. Made when asked for: it takes 10 kB. */
function keySchemaOf(order: readonly MessageOrder[]) {
  const schemas = [...order.map(({ field }) => valueSchemas[field]), z.int(), z.int()];
  return z
    .array(z.union([z.string(), z.number(), z.null()]))
    .length(schemas.length)
    .refine((values) => values.every((value, index) => schemas[index]?.safeParse(value).success));
}

const valueSchemas = {
  TIMESTAMP: z.int(),
  CREDITS_USED: z.int().nullable(),
  REPORT_NAME: z
    .string()
    .refine((name) => name.isWellFormed() && !name.includes('\0'))
    .nullable(),
} as const satisfies Record<MessageOrder['field'], z.ZodType>;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** A cursor that this list did not hand out: tampered with, or of another account, period, filter or order. */
export class InvalidCursor extends Error {
  constructor({ argument }: { readonly argument: string }) {
    super(`"${argument}" is not a cursor of this list: use one that came with the same arguments`);
    this.name = 'InvalidCursor';
  }
}
