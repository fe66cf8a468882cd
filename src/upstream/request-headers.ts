import { validateHeaderName, validateHeaderValue } from 'node:http';

/** Headers by their names in lower case; `{account}` in a value is replaced by the account's id. */
export type RequestHeaders = Readonly<Record<string, string>>;

/** What the client says by itself, of the connection or of what it can read. */
const ownNames: ReadonlySet<string> = new Set([
  'accept-encoding',
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * Reads a JSON object of headers.
 * @throws Error whose message completes "UPSTREAM_HEADERS …", and holds no value
 */
export function parseRequestHeaders(text: string): RequestHeaders {
  const headers = new Map<string, string>();
  for (const [name, value] of readEntries(text)) {
    const key = name.toLowerCase();
    if (typeof value !== 'string') throw new Error(`must have a text as ${name}`);
    if (ownNames.has(key)) throw new Error(`must not hold ${name}: the client says that by itself`);
    if (headers.has(key)) throw new Error(`holds ${name} twice`);
    if (!isHeader(name, value))
      throw new Error(`holds ${JSON.stringify(name)}, which is no header that can be sent`);
    headers.set(key, value);
  }
  return Object.fromEntries(headers);
}

function readEntries(text: string): readonly (readonly [string, unknown])[] {
  const wish = 'must be a JSON object such as {"authorization":"Bearer …"}';
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // The parser's own words repeat some of the text.
    throw new Error(wish);
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw new Error(wish);
  return Object.entries(json);
}

function isHeader(name: string, value: string): boolean {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
}
