import { type ApolloServerPlugin, HeaderMap } from '@apollo/server';
import { type DocumentNode, getOperationAST, type GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';

import { type CompiledOperation, createOperationCompiler } from './compiled-operation.ts';

/** A validated operation to execute. */
export interface ExecutionRequest {
  readonly document: DocumentNode;
  readonly operationName: string | null;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly context: unknown;
}

/** Gives the `data` that graphql-js would, to the byte. Null: graphql-js itself has to answer. */
export type Executor = (request: ExecutionRequest) => Promise<Record<string, unknown> | null>;

// A client that varies its documents instead of their variables must not fill the memory with code.
const maxCompiled = 300;

/**
 * Executes with `graphql-jit` what is asked for again and again. Everything else is left to graphql-js: first uses,
 * documents that the JIT gets wrong, and each answer with errors, whose wording, order, paths and extensions are
 * graphql-js's own. That executes such an operation twice, which costs little: there are queries only, and a session
 * does not read its messages and sums again.
 */
export function createExecutor(schema: GraphQLSchema): Executor {
  const compile = createOperationCompiler(schema);
  // By document and then by operation. Apollo gives the same object for the same text.
  const compiled = new LRUCache<DocumentNode, Map<string | null, CompiledOperation | null>>({
    max: maxCompiled,
  });
  const seen = new WeakSet<DocumentNode>();

  function findCompiled(document: DocumentNode, operationName: string | null): CompiledOperation | null {
    const known = compiled.get(document);
    const operation = known?.get(operationName);
    if (operation !== undefined) return operation;
    // Compiling costs as much as several executions: it pays from the second use on.
    if (!seen.has(document)) {
      seen.add(document);
      return null;
    }
    const node = getOperationAST(document, operationName);
    // Nothing is kept for it: clients can make up names without end.
    if (node === null || node === undefined) return null;
    const made = compile(document, node);
    compiled.set(
      document,
      (known ?? new Map<string | null, CompiledOperation | null>()).set(operationName, made),
    );
    return made;
  }

  return async ({ document, operationName, variables, context }) => {
    const result = await findCompiled(document, operationName)?.execute(context, variables);
    return result?.errors === undefined ? (result?.data ?? null) : null;
  };
}

/**
 * Answers for Apollo what the executor can; Apollo has graphql-js answer the rest. It would also take an executor
 * through its `gateway` option, but there each request leaves a hidden class behind that holds all of its answer until
 * the next full garbage collection (an object literal with accessors): that came three times a second under load.
 */
export function createExecutionPlugin(schema: GraphQLSchema): ApolloServerPlugin<object> {
  const executor = createExecutor(schema);
  const listener: Awaited<ReturnType<NonNullable<ApolloServerPlugin<object>['requestDidStart']>>> = {
    async responseForOperation({ document, request, contextValue }) {
      const data = await executor({
        document,
        // The name that the client gave: Apollo's own is null as well when no operation has that name.
        operationName: request.operationName ?? null,
        variables: request.variables ?? {},
        context: contextValue,
      });
      if (data === null) return null;
      return { http: { headers: new HeaderMap() }, body: { kind: 'single', singleResult: { data } } };
    },
  };
  return { requestDidStart: async () => listener };
}
