import {
  type ArgumentNode,
  BREAK,
  type DocumentNode,
  type ExecutionResult,
  getVariableValues,
  type GraphQLArgument,
  GraphQLScalarType,
  GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  TypeInfo,
  valueFromAST,
  type ValueNode,
  type VariableDefinitionNode,
  type VariableNode,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { compileQuery, isCompiledQuery } from 'graphql-jit';

type Variables = Readonly<Record<string, unknown>>;

/** An operation that `graphql-jit` turned into a function. */
export interface CompiledOperation {
  /** Null: graphql-js must answer, because arguments or variables do not coerce. It words such errors. */
  execute(context: unknown, variables: Variables): Promise<ExecutionResult> | ExecutionResult | null;
}

/** Compiles operations of one schema. @returns null for an operation that only graphql-js answers rightly */
export type OperationCompiler = (
  document: DocumentNode,
  operation: OperationDefinitionNode,
) => CompiledOperation | null;

/**
 * Makes the compiler of a schema.
 *
 * All coercion stays with graphql-js. Each argument and each variable is handed to the compiled function as a
 * variable that is coerced already: graphql-jit prints the arguments of a document into the code that it compiles,
 * which loses what is no JSON (a `Credits`), and would run what a client disguised as one of its own marks.
 */
export function createOperationCompiler(schema: GraphQLSchema): OperationCompiler {
  const config = schema.toConfig();
  const jitSchema = new GraphQLSchema({ ...config, types: [...config.types, coercedScalar] });

  return (document, operation) => {
    const rewriting = rewriteForJit(schema, document, operation);
    if (rewriting === null) return null;
    const compiled = compileQuery(jitSchema, rewriting.document, operation.name?.value, {
      // Errors are always worded by graphql-js, so their stacks are of no use.
      disablingCapturingStackErrors: true,
    });
    if (!isCompiledQuery(compiled)) return null;
    const { query } = compiled;
    const constants: Record<string, unknown> = {};
    const varying: LiftedArgument[] = [];
    for (const lifted of rewriting.lifted) {
      if (lifted.hasVariables) varying.push(lifted);
      else constants[lifted.name] = valueFromAST(lifted.value, lifted.type);
    }
    if (Object.values(constants).includes(undefined)) return null;

    return {
      execute(context, variables) {
        const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
        if (coerced === undefined) return null;
        const values = { ...coerced, ...constants };
        for (const { name, value, type } of varying) {
          const coercedValue = valueFromAST(value, type, coerced);
          if (coercedValue === undefined) return null;
          values[name] = coercedValue;
        }
        return query(undefined, context, values);
      },
    };
  };
}

/** The type of what graphql-js has coerced before. Documents are validated against a schema without it. */
const coercedScalar = new GraphQLScalarType({ name: 'Coerced' });

/** An argument that was lifted out of a document: now a variable of that name. */
interface LiftedArgument {
  readonly name: string;
  readonly type: GraphQLArgument['type'];
  readonly value: ValueNode;
  readonly hasVariables: boolean;
}

interface Rewriting {
  readonly document: DocumentNode;
  readonly lifted: readonly LiftedArgument[];
}

/**
 * Lifts all arguments out of an operation. @returns null where graphql-jit is known to answer wrongly, or gains
 * nothing: under any directive (it drops fields of fragments spread twice, graphql-jit #111), at names that begin
 * with two underscores (`__proto__` as an alias would vanish; introspection), and for anything but a query.
 */
function rewriteForJit(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): Rewriting | null {
  if (operation.operation !== OperationTypeNode.QUERY) return null;
  const lifted: LiftedArgument[] = [];
  let eligible = true;
  function refuse() {
    eligible = false;
    return BREAK;
  }

  const typeInfo = new TypeInfo(schema);
  const definitions = document.definitions.filter(
    (definition) => definition === operation || definition.kind === Kind.FRAGMENT_DEFINITION,
  );
  const withoutArguments = visit(
    { ...document, definitions },
    visitWithTypeInfo(typeInfo, {
      Directive: refuse,
      Field({ name, alias }) {
        const isReserved = alias?.value.startsWith('__') === true || name.value.startsWith('__');
        return isReserved && !(alias === undefined && name.value === '__typename') ? refuse() : undefined;
      },
      Argument(node) {
        if (node.value.kind === Kind.VARIABLE) return undefined;
        const argument = typeInfo.getArgument();
        if (argument === null || argument === undefined) return refuse();
        // No variable of a client is called so.
        const name = `$${lifted.length}`;
        const { value } = node;
        lifted.push({ name, type: argument.type, value, hasVariables: containsVariable(value) });
        return { ...node, value: variableNode(name) } satisfies ArgumentNode;
      },
    }),
  );
  if (!eligible) return null;
  const variables = [
    ...(operation.variableDefinitions ?? []).map(({ variable }) => variable.name.value),
    ...lifted.map(({ name }) => name),
  ].map(defineCoercedVariable);
  const rewritten = visit(withoutArguments, {
    OperationDefinition: (node) => ({ ...node, variableDefinitions: variables }),
    // It lies deeper than what is to be rewritten.
    SelectionSet: () => false,
  });
  return { document: rewritten, lifted };
}

function defineCoercedVariable(name: string): VariableDefinitionNode {
  return {
    kind: Kind.VARIABLE_DEFINITION,
    variable: variableNode(name),
    type: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: coercedScalar.name } },
  };
}

function variableNode(name: string): VariableNode {
  return { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: name } };
}

function containsVariable(value: ValueNode): boolean {
  let found = false;
  visit(value, {
    Variable() {
      found = true;
      return BREAK;
    },
  });
  return found;
}
