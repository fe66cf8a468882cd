import type { TypedDocumentString } from '../../../schema/generated/graphql.ts';
import { credentialHeaders } from './credential.ts';
import { type AnswerError, noAnswer, type Problem, problemOf } from './problem.ts';

/** Data, or why there is none. */
export type Answer<Result> =
  | { readonly data: Result; readonly problem: null }
  | { readonly data: null; readonly problem: Problem };

interface Body<Result> {
  readonly data?: Result | null;
  readonly errors?: readonly AnswerError[];
}

// Longer ones go as POST: servers and proxies cut addresses at 8 kB and more.
const maxAddressLength = 2_000;

/**
 * Sends a document by its id. What fits an address goes as GET, so that an answer that still holds costs a 304.
 * @param secret whether the variables must not stand in an address, which servers log.
 */
export async function request<Result, Variables>(
  document: TypedDocumentString<Result, Variables>,
  variables: Variables,
  { secret = false, signal }: { readonly secret?: boolean; readonly signal?: AbortSignal } = {},
): Promise<Answer<Result>> {
  const known = await send<Result>(idOf(document), variables, secret, signal);
  const unknown = known.errors.some(({ message }) => message.startsWith('PersistedQueryNot'));
  // A service may trust documents of its own, or none: then the text goes along.
  const answer = unknown ? await send<Result>({ query: String(document) }, variables, true, signal) : known;
  return answer.problem === null && answer.data !== null
    ? { data: answer.data, problem: null }
    : {
        data: null,
        problem: answer.problem ?? problemOf({ status: 500, retryAfter: null }, undefined, Date.now()),
      };
}

interface Named {
  readonly __meta__?: Readonly<Record<string, unknown>> | undefined;
}

/** The parameter that names a document. */
export function idOf({ __meta__ }: Named): { readonly documentId: string } {
  return { documentId: String(__meta__?.['hash']) };
}

interface Sent<Result> {
  readonly data: Result | null;
  readonly errors: readonly AnswerError[];
  readonly problem: Problem | null;
}

async function send<Result>(
  what: { readonly documentId: string } | { readonly query: string },
  variables: unknown,
  secret: boolean,
  signal: AbortSignal | undefined,
): Promise<Sent<Result>> {
  const search = new URLSearchParams({ ...what, variables: JSON.stringify(variables) }).toString();
  const accept = 'application/graphql-response+json';
  const short = !secret && search.length <= maxAddressLength;
  try {
    const response = await fetch(short ? `/graphql?${search}` : '/graphql', {
      ...(signal === undefined ? {} : { signal }),
      ...(short
        ? { headers: { accept, ...credentialHeaders() } }
        : {
            method: 'POST',
            headers: { accept, 'content-type': 'application/json', ...credentialHeaders() },
            body: JSON.stringify({ ...what, variables }),
          }),
    });
    return readAnswer(response, await readBody(response));
  } catch (error) {
    if (signal?.aborted === true) throw error;
    // The only errors of `fetch` and of reading its answer: the network, or a server that went away.
    return { data: null, errors: [], problem: noAnswer({ online: navigator.onLine, nowMs: Date.now() }) };
  }
}

/** Empty for what is no JSON: some proxy between answered. */
async function readBody<Result>(response: Response): Promise<Body<Result>> {
  const text = await response.text();
  try {
    // The generated type is what the schema promises for this very document.
    const body: Body<Result> | null = JSON.parse(text);
    return body ?? {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

function readAnswer<Result>(
  { status, headers }: Response,
  { data = null, errors = [] }: Body<Result>,
): Sent<Result> {
  const head = { status, retryAfter: headers.get('retry-after') };
  const failed = errors.length > 0 || data === null;
  return { data, errors, problem: failed ? problemOf(head, errors[0], Date.now()) : null };
}
