import { type DocumentNode, Kind, parse, type SelectionSetNode, visit } from 'graphql';
import { LRUCache } from 'lru-cache';

import { Refusal } from '../refusal.ts';

/** Times that one name may stand in one place; people write it once or twice. */
const maxRepetitions = 20;
/** No shorter text repeats a name often enough to matter. */
const minTextLength = 200;
const knownTextsBytes = 5_000_000;

/**
 * Makes a check that refuses documents which repeat a field again and again in one place. GraphQL merges such fields,
 * and to validate that, graphql-js compares each with each: 280 times `usage { period { id } }` took it 0.1 s. It has to
 * happen before the validation, so a longer text is parsed once more when it is seen for the first time.
 */
export function createRepetitionCheck({
  maxTokens,
}: {
  readonly maxTokens: number;
}): (document: string) => void {
  const known = new LRUCache<string, true>({
    maxSize: knownTextsBytes,
    sizeCalculation: (_, text) => text.length,
  });
  return (text) => {
    if (text.length < minTextLength || known.get(text) === true) return;
    const document = parseOrNull(text, maxTokens);
    // The executor tells what is wrong with it.
    if (document === null) return;
    visit(document, {
      SelectionSet(node) {
        checkSelections(node, new Map());
      },
    });
    known.set(text, true);
  };
}

function parseOrNull(text: string, maxTokens: number): DocumentNode | null {
  try {
    return parse(text, { maxTokens, noLocation: true });
  } catch {
    return null;
  }
}

function checkSelections({ selections }: SelectionSetNode, counts: Map<string, number>): void {
  for (const selection of selections) {
    if (selection.kind === Kind.INLINE_FRAGMENT) checkSelections(selection.selectionSet, counts);
    if (selection.kind !== Kind.FIELD) continue;
    const name = selection.alias?.value ?? selection.name.value;
    const count = (counts.get(name) ?? 0) + 1;
    if (count > maxRepetitions) throw tooManyRepetitions(name);
    counts.set(name, count);
  }
}

function tooManyRepetitions(name: string): Refusal {
  return new Refusal({
    status: 400,
    code: 'GRAPHQL_VALIDATION_FAILED',
    message: `"${name.slice(0, 100)}" stands more than ${maxRepetitions} times in one place: write it once.`,
  });
}
