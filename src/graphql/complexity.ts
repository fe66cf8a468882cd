import type { ComplexityEstimatorArgs } from 'graphql-query-complexity';

// What fields cost in `http/query-cost`: about 1 for each value of the answer. Fields not told otherwise cost 1 and
// their children.

/** What a filter costs: it may look at each message of the period. */
const filterCost = 2_500;

/** The cost of a list of about so many items, that a filter may narrow. */
export function listCost(items: number): (field: ComplexityEstimatorArgs) => number {
  return ({ args, childComplexity }) => costOfFilter(args) + 10 + items * childComplexity;
}

/** The cost of sums that a filter may narrow. */
export function sumCost({ args, childComplexity }: ComplexityEstimatorArgs): number {
  return costOfFilter(args) + 10 + childComplexity;
}

/** The cost of a connection's list: its connection has counted the items already, since it knows how many. */
export function countedByConnection({ childComplexity }: ComplexityEstimatorArgs): number {
  return childComplexity;
}

/** The cost of what a filter among the arguments makes necessary. */
export function costOfFilter(args: ComplexityEstimatorArgs['args']): number {
  return args['filter'] === undefined || args['filter'] === null ? 0 : filterCost;
}
