import { createRequire } from 'node:module';

import type { ApolloServerPlugin } from '@apollo/server';
import {
  type DocumentNode,
  getVariableValues,
  GraphQLError,
  type GraphQLSchema,
  type OperationDefinitionNode,
  OperationTypeNode,
} from 'graphql';
import type * as QueryComplexity from 'graphql-query-complexity/cjs';

import type { RequestContext } from './request-context.ts';

/** More wrong values of variables than this in one request are not listed one by one. */
const maxVariableErrors = 5;

// Not by `import`: Node.js before 24.14 finds no names in this CommonJS package, and ends with a SyntaxError.
const queryComplexity: typeof QueryComplexity = createRequire(import.meta.url)(
  'graphql-query-complexity/cjs',
);
const { fieldExtensionsEstimator, getComplexity, simpleEstimator } = queryComplexity;

const estimators = [fieldExtensionsEstimator(), simpleEstimator({ defaultComplexity: 1 })];

/**
 * Refuses queries that would cost more than the limit, before they run. The cost is about the number of values in the
 * answer, and more for what has to be searched; the fields' `complexity` in `src/graphql` says how much. Trusted
 * documents may cost anything. A client that sends `x-query-cost: 1` is told the cost in `extensions.cost`.
 */
export function createCostPlugin({
  maxCost,
}: {
  readonly maxCost: number;
}): ApolloServerPlugin<RequestContext> {
  return {
    async requestDidStart({ request, contextValue }) {
      const telling = request.http?.headers.get('x-query-cost') === '1';
      let cost: number | null = null;
      return {
        async didResolveOperation({ schema, document, operation }) {
          const { trusted, subscription } = contextValue;
          if (operation === undefined) return;
          const wanted = subscription === null ? OperationTypeNode.QUERY : OperationTypeNode.SUBSCRIPTION;
          if (operation.operation !== wanted) throw wrongPlace(operation.operation);
          if (trusted && !telling) return;
          cost = readCost({ schema, document, operation, variables: request.variables ?? {} });
          if (cost !== null && cost > maxCost && !trusted) throw queryTooComplex(cost, maxCost);
        },
        async willSendResponse({ response: { body } }) {
          if (!telling || cost === null || body.kind !== 'single') return;
          body.singleResult.extensions = { ...body.singleResult.extensions, cost };
        },
      };
    },
  };
}

/**
 * What an operation costs with these variables; null when their few errors keep it from running anyway.
 * @throws GraphQLError BAD_USER_INPUT when the errors are too many to list.
 */
function readCost({
  schema,
  document,
  operation,
  variables,
}: {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly variables: Record<string, unknown>;
}): number | null {
  const { coerced = {}, errors } = getVariableValues(schema, operation.variableDefinitions ?? [], variables, {
    maxErrors: maxVariableErrors,
  });
  const [first] = errors ?? [];
  // The error after the last one listed says that there are more.
  if (errors !== undefined && errors.length > maxVariableErrors) throw tooManyVariableErrors(first?.message);
  if (errors !== undefined) return null;
  // Counting takes a tenth of the time of a short query, and clients send the same ones again and again.
  const known = knownCosts.get(operation) ?? new Map<string, number>();
  const key = JSON.stringify(coerced);
  const knownCost = known.get(key);
  if (knownCost !== undefined) return knownCost;
  const name = operation.name?.value;
  const cost = getComplexity({
    schema,
    query: document,
    variables,
    estimators,
    ...(name === undefined ? {} : { operationName: name }),
  });
  if (known.size >= maxKnownCosts) known.clear();
  if (key.length <= maxKnownKeyLength) knownCosts.set(operation, known.set(key, cost));
  return cost;
}

/** By operation, as long as Apollo keeps its document, and by the variables' values. */
const knownCosts = new WeakMap<OperationDefinitionNode, Map<string, number>>();
const maxKnownCosts = 50;
const maxKnownKeyLength = 1_000;

function queryTooComplex(cost: number, limit: number): GraphQLError {
  return new GraphQLError(
    `This query would cost ${cost}, and ${limit} is the limit: ask for shorter pages, or for less at once.`,
    { extensions: { code: 'QUERY_TOO_COMPLEX', cost, limit, http: { status: 400 } } },
  );
}

/** Each kind of operation has its own place. graphql-js finds out only when it executes, which would read as our own fault. */
function wrongPlace(operation: OperationTypeNode): GraphQLError {
  return new GraphQLError(places[operation], {
    extensions: { code: 'OPERATION_RESOLUTION_FAILURE', http: { status: 400 } },
  });
}

const places = {
  [OperationTypeNode.QUERY]: 'Only subscriptions are answered here: send queries to /graphql by POST or GET.',
  [OperationTypeNode.MUTATION]: 'There is no mutation here: usage can only be read.',
  [OperationTypeNode.SUBSCRIPTION]:
    'Subscriptions are not answered here: open /graphql/stream by server-sent events, or /graphql as a WebSocket.',
} as const satisfies Record<OperationTypeNode, string>;

function tooManyVariableErrors(first = 'The variables have wrong values.'): GraphQLError {
  return new GraphQLError(`${first} More than ${maxVariableErrors} values are wrong.`, {
    extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } },
  });
}
