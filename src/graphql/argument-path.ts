import { type GraphQLError, Kind, type Token, TokenKind, type ValueNode } from 'graphql';

/** Where a literal value stands, such as `filter.timestamp.from`; null when it is no part of an argument. */
export function pathOfLiteral({ loc }: ValueNode): string | null {
  return loc === undefined ? null : readPath(loc.startToken);
}

/**
 * Where the value stands that GraphQL found wrong in a variable: the path of the argument that takes the variable, and
 * the rest of it inside. Null when the error is not about a variable, or no argument takes it.
 */
export function pathOfVariable(error: GraphQLError): string | null {
  const [node] = error.nodes ?? [];
  if (node?.kind !== Kind.VARIABLE_DEFINITION || node.loc === undefined) return null;
  const { value: name } = node.variable.name;
  const use = findUse(name, node.loc.startToken);
  const path = use === null ? null : readPath(use);
  return path === null ? null : path + pathInside(name, error);
}

/** `.timestamp.from` of: Variable "$f" got invalid value "x" at "f.timestamp.from"; what is wrong */
function pathInside(name: string, { message, originalError }: GraphQLError): string {
  const told = message.slice(0, message.length - `; ${originalError?.message ?? ''}`.length);
  const [, place = ''] = / at "([^"]+)"$/.exec(told) ?? [];
  return place.slice(name.length);
}

/** The token at which an argument takes a variable: after its definition, or in a fragment before. */
function findUse(name: string, definition: Token): Token | null {
  let first = definition;
  while (first.prev !== null) first = first.prev;
  return findUseFrom(definition, name) ?? findUseFrom(first, name);
}

function findUseFrom(from: Token, name: string): Token | null {
  for (let token: Token | null = from; token !== null; token = token.next) {
    const isNamed = token.kind === TokenKind.DOLLAR && token.next?.value === name;
    // A colon follows where it is defined.
    if (isNamed && token.next?.next?.kind !== TokenKind.COLON) return token;
  }
  return null;
}

/** The names before a value and before the objects around it, out to the argument. */
function readPath(value: Token): string | null {
  const names: string[] = [];
  for (let token: Token | null = value; token !== null && token.kind !== TokenKind.PAREN_L;) {
    const name: Token | null | undefined = token.prev?.kind === TokenKind.COLON ? token.prev.prev : undefined;
    if (name?.value !== undefined) names.unshift(name.value);
    token = findOpener(name ?? token);
  }
  return names.length === 0 ? null : names.join('.');
}

const openers: ReadonlySet<string> = new Set([TokenKind.PAREN_L, TokenKind.BRACE_L, TokenKind.BRACKET_L]);
const closers: ReadonlySet<string> = new Set([TokenKind.PAREN_R, TokenKind.BRACE_R, TokenKind.BRACKET_R]);

/** The bracket that a token stands in. */
function findOpener(from: Token): Token | null {
  let depth = 0;
  for (let token = from.prev; token !== null; token = token.prev) {
    if (closers.has(token.kind)) depth += 1;
    if (openers.has(token.kind)) {
      if (depth === 0) return token;
      depth -= 1;
    }
  }
  return null;
}
