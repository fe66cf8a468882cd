import { readFileSync } from 'node:fs';

import { z } from 'zod';

/** Which queries are answered. */
export interface TrustedDocuments {
  /** Queries by their ids. */
  readonly documents: ReadonlyMap<string, string>;
  /** Whether no other query is answered. */
  readonly only: boolean;
}

/**
 * Reads the documents to trust: those of a manifest of one's own, else of the bundled one.
 * @param use `on` answers other queries too, `only` does not, `off` knows no documents.
 */
export function loadTrustedDocuments(
  use: 'on' | 'only' | 'off',
  path: string | undefined,
): { readonly trustedDocuments: TrustedDocuments; readonly faults: readonly string[] } {
  const none: TrustedDocuments = { documents: new Map(), only: false };
  if (use === 'off') return { trustedDocuments: none, faults: [] };
  try {
    const documents = readManifest(path ?? bundledManifest);
    return { trustedDocuments: { documents, only: use === 'only' }, faults: [] };
  } catch (error) {
    if (!(error instanceof InvalidManifest)) throw error;
    return {
      trustedDocuments: none,
      faults: [`TRUSTED_DOCUMENTS_FILE ${path ?? '(bundled)'}: ${error.message}`],
    };
  }
}

/** The manifest that `npm run codegen` makes of `schema/operations`; the same file seen from `src` and from `dist`. */
const bundledManifest = new URL('../../../schema/persisted-documents.json', import.meta.url);

const manifest = z.record(z.string().regex(/^[\w:.-]{1,200}$/, 'is no id of a document'), z.string().min(1));

/** Reads a manifest: JSON, `{"<id>": "<document>"}`. @throws InvalidManifest */
function readManifest(path: string | URL): ReadonlyMap<string, string> {
  try {
    const { data, error } = manifest.safeParse(JSON.parse(readFileSync(path, 'utf8')));
    if (data !== undefined) return new Map(Object.entries(data).map(([id, text]) => [bareId(id), text]));
    const [issue] = error.issues;
    throw new InvalidManifest({ problem: `${issue?.path.join('.')} ${issue?.message}` });
  } catch (cause) {
    if (cause instanceof InvalidManifest) throw cause;
    throw new InvalidManifest({ problem: cause instanceof Error ? cause.message : String(cause) }, { cause });
  }
}

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

/** The manifest cannot be used. */
export class InvalidManifest extends Error {
  constructor({ problem }: { readonly problem: string }, options?: ErrorOptions) {
    super(problem, options);
    this.name = 'InvalidManifest';
  }
}
