import { hash, timingSafeEqual } from 'node:crypto';

import { z } from 'zod';

import { accountPattern } from './account.ts';

/** A key that may read an account's usage. The key itself is kept nowhere: only what its SHA-256 is. */
export interface ApiKey {
  readonly account: string;
  /** 64 hex digits. */
  readonly sha256: string;
}

/** What a key file holds. No fault repeats a digest. */
export const apiKeyList = z
  .array(
    z.object({
      account: z.string().regex(accountPattern, 'must be 1 to 64 letters, digits, "_" or "-"'),
      sha256: z
        .string()
        .regex(/^[0-9a-f]{64}$/i, 'must be the 64 hex digits of a SHA-256')
        .transform((digits) => digits.toLowerCase()),
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

/** Finds the account of a key; null when no account has it. */
export type ApiKeyLookup = (key: string) => string | null;

/** Makes the lookup of a list of keys. */
export function createApiKeyLookup(keys: readonly ApiKey[]): ApiKeyLookup {
  // By the first digits of the digest. Which bucket a guess falls into tells nothing about any key, since nobody can
  // choose a digest; within it, every key is compared in constant time.
  const buckets = new Map<string, { readonly account: string; readonly digest: Buffer }[]>();
  for (const { account, sha256 } of keys) {
    const bucket = buckets.get(sha256.slice(0, bucketDigits)) ?? [];
    bucket.push({ account, digest: Buffer.from(sha256, 'hex') });
    buckets.set(sha256.slice(0, bucketDigits), bucket);
  }
  return (key) => {
    const given = hash('sha256', key, 'buffer');
    let found: string | null = null;
    for (const { account, digest } of buckets.get(given.toString('hex', 0, bucketDigits / 2)) ?? []) {
      if (timingSafeEqual(digest, given)) found = account;
    }
    return found;
  };
}

const bucketDigits = 4;
