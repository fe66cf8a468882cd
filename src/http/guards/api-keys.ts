import { hash, timingSafeEqual } from 'node:crypto';

import { z } from 'zod';

import { type Caller, accountPattern, accountWords } from './account.ts';

/** A key that may read an account's usage. The key itself is kept nowhere: only what its SHA-256 is. */
export interface ApiKey {
  readonly account: string;
  /** 64 hex digits. */
  readonly sha256: string;
  /** Whether it may change budgets and the like. */
  readonly write: boolean;
}

/** What a key file holds. No fault repeats a digest. */
export const apiKeyList = z
  .array(
    z.object({
      account: z.string().regex(accountPattern, `must be ${accountWords}`),
      sha256: z
        .string()
        .regex(/^[0-9a-f]{64}$/i, 'must be the 64 hex digits of a SHA-256')
        .transform((digits) => digits.toLowerCase()),
      write: z.boolean().default(false),
    }),
  )
  .superRefine((keys: readonly ApiKey[], context) => {
    const firstPlaces = new Map<string, number>();
    for (const [index, { sha256 }] of keys.entries()) {
      const firstPlace = firstPlaces.get(sha256);
      // One key for two accounts would be whichever comes first: nobody means that.
      if (firstPlace === undefined) firstPlaces.set(sha256, index);
      else context.addIssue({ code: 'custom', path: [index], message: `is the same key as ${firstPlace}` });
    }
  });

/** Finds whom a key speaks for; null when nobody has it. */
export type ApiKeyLookup = (key: string) => Caller | null;

/** Makes the lookup of a list of keys. */
export function createApiKeyLookup(keys: readonly ApiKey[]): ApiKeyLookup {
  // By the first digits of the digest. Which bucket a guess falls into tells nothing about any key, since nobody can
  // choose a digest; within it, every key is compared in constant time.
  const buckets = new Map<string, { readonly caller: Caller; readonly digest: Buffer }[]>();
  for (const { account, sha256, write } of keys) {
    const bucket = buckets.get(sha256.slice(0, bucketDigits)) ?? [];
    bucket.push({ caller: { account, mayWrite: write, endsMs: null }, digest: Buffer.from(sha256, 'hex') });
    buckets.set(sha256.slice(0, bucketDigits), bucket);
  }
  return (key) => {
    const given = hash('sha256', key, 'buffer');
    let found: Caller | null = null;
    for (const { caller, digest } of buckets.get(given.toString('hex', 0, bucketDigits / 2)) ?? []) {
      if (timingSafeEqual(digest, given)) found = caller;
    }
    return found;
  };
}

const bucketDigits = 4;
