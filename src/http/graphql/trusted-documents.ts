import { fileURLToPath } from 'node:url';

import { z } from 'zod';

/** Which queries are answered. */
export interface TrustedDocuments {
  /** Queries by their ids. */
  readonly documents: ReadonlyMap<string, string>;
  /** Whether no other query is answered. */
  readonly only: boolean;
}

/** The manifest that `npm run codegen` makes of `schema/operations`; the same file seen from `src` and from `dist`. */
export const bundledManifest = fileURLToPath(
  new URL('../../../schema/persisted-documents.json', import.meta.url),
);

const documentId = z.string('must be an id').regex(/^[\w:.-]{1,200}$/, 'is no id of a document');
const documentText = z.string('must be a document').min(1, 'must not be empty');

const documentsById = z
  .record(documentId, documentText, {
    error: ({ code }) =>
      code === 'invalid_key' ? 'is no id of a document' : 'must be an object such as {"<id>": "<document>"}',
  })
  .transform((documents) => Object.entries(documents));

/** Source: `@apollo/generate-persisted-query-manifest`. */
const apolloManifest = z
  .object({
    format: z.literal('apollo-persisted-query-manifest', 'must be "apollo-persisted-query-manifest"'),
    version: z.literal(1, 'must be 1'),
    operations: z.array(
      z.object({ id: documentId, body: documentText }, 'must be an object with an id and a body'),
    ),
  })
  .transform(({ operations }) => operations.map(({ id, body }) => [id, body] as const));

/** What a manifest holds, in either form, as documents by their bare ids: `{"<id>": "<document>"}`, or Apollo's own. */
export const documentManifest = z.unknown().transform((json, context): ReadonlyMap<string, string> => {
  const isApollos =
    typeof json === 'object' && json !== null && Array.isArray(Reflect.get(json, 'operations'));
  const { data, error } = isApollos ? apolloManifest.safeParse(json) : documentsById.safeParse(json);
  for (const { path, message } of error?.issues ?? []) context.addIssue({ code: 'custom', path, message });
  return data === undefined ? z.NEVER : new Map(data.map(([id, text]) => [bareId(id), text]));
});

/**
 * The id in a request's parameters: `documentId` as in GraphQL over HTTP, or Apollo's `persistedQuery` extension; null
 * when there is neither.
 */
export function readDocumentId(parameters: Readonly<Record<string, unknown>>): string | null {
  const { documentId } = parameters;
  if (typeof documentId === 'string') return bareId(documentId);
  const parsed = persistedQuery.safeParse(parameters['extensions']);
  return parsed.success ? parsed.data.persistedQuery.sha256Hash : null;
}

/** `sha256:`, which codegen and GraphQL over HTTP put first, only says how the id was made. */
function bareId(id: string): string {
  return id.replace(/^sha256:/, '');
}

const persistedQuery = z.object({ persistedQuery: z.object({ sha256Hash: z.string() }) });
