import { readFileSync } from 'node:fs';

import { z } from 'zod';

/** A whole number within bounds, both included. */
export function wholeNumber(min: number, max: number) {
  const wish = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,15}$/, wish)
    .transform(Number)
    .refine((value) => value >= min && value <= max, wish);
}

/** One of a few words. */
export function oneOf<const Words extends readonly [string, string, ...string[]]>(words: Words) {
  return z.enum(words, `must be ${words.slice(0, -1).join(', ')} or ${words.at(-1)}`);
}

/**
 * What the parser of the setting's own user makes of it.
 * @param parse throws an error whose message completes "NAME …", and never repeats a secret.
 */
export function readBy<Value>(parse: (text: string) => Value) {
  return z.string().transform((text, context): Value => {
    try {
      return parse(text);
    } catch (error) {
      context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) });
      return z.NEVER;
    }
  });
}

/** The content of a JSON file that the setting names. */
export function jsonFile<Value>(content: z.ZodType<Value>) {
  return z.string().transform((path, context): Value => {
    const addFault = (fault: string): void =>
      context.addIssue({ code: 'custom', message: `${path}: ${fault}` });
    let json: unknown;
    try {
      json = parseJson(decodeText(readFileSync(path)));
    } catch (error) {
      addFault(error instanceof Error ? error.message : String(error));
      return z.NEVER;
    }
    const { data, error } = content.safeParse(json, { error: plainWords });
    for (const { path: place, message } of error?.issues ?? [])
      addFault(place.length === 0 ? message : `${place.join('.')} ${message}`);
    return error === undefined ? data : z.NEVER;
  });
}

/** Reads UTF-8, or what a byte order mark says: editors on Windows write such files. */
function decodeText(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const isUtf16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  const encoding = isUtf16 ? (first === 0xff ? 'utf-16le' : 'utf-16be') : 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new Error('is not UTF-8 text', { cause });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    // The parser's own words repeat some of the file, which may be a secret.
    const place = cause instanceof Error ? /\(line \d+ column \d+\)/.exec(cause.message)?.[0] : undefined;
    throw new Error(`is not JSON${place === undefined ? '' : ` ${place}`}`, { cause });
  }
}

const kinds: Readonly<Record<string, string>> = {
  array: 'a list',
  object: 'an object',
  record: 'an object',
  string: 'a text',
  number: 'a number',
  boolean: 'true or false',
};

/** What zod finds, in words for people. */
function plainWords(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'invalid_type') {
    const wish = `must be ${kinds[issue.expected] ?? issue.expected}`;
    return issue.input === undefined ? `is missing: it ${wish}` : `${wish}, but is ${kindOf(issue.input)}`;
  }
  if (issue.code === 'unrecognized_keys') return `has fields that nobody knows: ${issue.keys.join(', ')}`;
  return undefined;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return kinds[Array.isArray(value) ? 'array' : typeof value] ?? typeof value;
}
