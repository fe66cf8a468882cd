import type { ApolloServerOptionsWithGateway } from '@apollo/server';
import {
  type DocumentNode,
  execute,
  type ExecutionResult,
  getOperationAST,
  type GraphQLSchema,
} from 'graphql';
import { LRUCache } from 'lru-cache';

import { type CompiledOperation, createOperationCompiler } from './compiled-operation.ts';

/** A validated operation to execute. */
export interface ExecutionRequest {
  readonly document: DocumentNode;
  readonly operationName: string | null;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly context: unknown;
}

/** Answers operations as graphql-js does, to the byte. */
export type Executor = (request: ExecutionRequest) => Promise<ExecutionResult>;

// A client that varies its documents instead of their variables must not fill the memory with code.
const mostCompiled = 300;

/** What is known of one operation: its compiled form, or null when graphql-js has to answer it. */
interface Plan {
  readonly compiled: CompiledOperation | null;
  /** The latest answer had errors; so may the next, which would be executed twice. */
  hadErrors: boolean;
}

/**
 * Executes with `graphql-jit` what is asked for again and again, and with graphql-js everything else: first uses,
 * documents that the JIT gets wrong, and each answer with errors, whose wording, order, paths and extensions are
 * graphql-js's own. That executes such an operation twice, which is harmless: there are queries only.
 */
export function createExecutor(schema: GraphQLSchema): Executor {
  const compile = createOperationCompiler(schema);
  // By document and then by operation. Apollo gives the same object for the same text.
  const plans = new LRUCache<DocumentNode, Map<string | null, Plan>>({ max: mostCompiled });
  const seen = new WeakSet<DocumentNode>();

  function findPlan(document: DocumentNode, operationName: string | null): Plan | null {
    const known = plans.get(document);
    const plan = known?.get(operationName);
    if (plan !== undefined) return plan;
    // Compiling costs as much as several executions: it pays from the second use on.
    if (!seen.has(document)) {
      seen.add(document);
      return null;
    }
    const operation = getOperationAST(document, operationName);
    const made: Plan = {
      compiled: operation === null || operation === undefined ? null : compile(document, operation),
      hadErrors: false,
    };
    plans.set(document, (known ?? new Map<string | null, Plan>()).set(operationName, made));
    return made;
  }

  return async ({ document, operationName, variables, context }) => {
    const plan = findPlan(document, operationName);
    if (plan !== null && plan.compiled !== null && !plan.hadErrors) {
      const result = await plan.compiled.execute(context, variables);
      if (result !== null && result.errors === undefined) return result;
    }
    const result = await execute({
      schema,
      document,
      operationName,
      variableValues: variables,
      contextValue: context,
    });
    if (plan !== null) plan.hadErrors = result.errors !== undefined;
    return result;
  };
}

/** Hands a schema and its executor to Apollo, which takes executors through its `gateway` option alone. */
export function createGateway(
  schema: GraphQLSchema,
): NonNullable<ApolloServerOptionsWithGateway<object>['gateway']> {
  const executor = createExecutor(schema);
  return {
    onSchemaLoadOrUpdate(use) {
      use({ apiSchema: schema, coreSupergraphSdl: '' });
      return () => {};
    },
    load: async () => ({
      // The name that the client gave: Apollo's own is null as well when no operation has that name.
      executor: ({ document, request, context }) =>
        executor({
          document,
          operationName: request.operationName ?? null,
          variables: request.variables ?? {},
          context,
        }),
    }),
    async stop() {
      // It holds nothing open.
    },
  };
}
