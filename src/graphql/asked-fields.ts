import { BREAK, type FragmentDefinitionNode, Kind, type OperationDefinitionNode, visit } from 'graphql';

type Fragments = Readonly<Record<string, FragmentDefinitionNode>>;

// By operation: the same document is executed again and again, as the same object.
const known = new WeakMap<OperationDefinitionNode, boolean>();

/**
 * Whether an operation may ask for the text of a message, or for its hash. Texts are the greater part of a page, and few
 * ask for them. A field of that name anywhere counts, so that no text that is asked for is ever left out.
 */
export function asksForText(operation: OperationDefinitionNode, fragments: Fragments): boolean {
  let asks = known.get(operation);
  if (asks === undefined) {
    const definitions = [operation, ...Object.values(fragments)];
    asks = false;
    visit(
      { kind: Kind.DOCUMENT, definitions },
      {
        Field({ name }) {
          if (name.value !== 'text' && name.value !== 'textSha256') return undefined;
          asks = true;
          return BREAK;
        },
      },
    );
    known.set(operation, asks);
  }
  return asks;
}
