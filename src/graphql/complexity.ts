import type { ComplexityEstimatorArgs } from 'graphql-query-complexity';

import type { PageSize } from '../usage/page-arguments.ts';
import { maxWindows } from '../usage/time-windows.ts';

// What fields cost in `http/query-cost`: about 1 for each value of the answer. Fields not told otherwise cost 1 and
// their children.

/** What a scan costs: it may look at each message of the period. */
const scanCost = 2_500;

/** The cost of a list of about so many items, that a filter may narrow. */
export function listCost(items: number): (field: ComplexityEstimatorArgs) => number {
  return ({ args, childComplexity }) => costOfFilter(args) + 10 + items * childComplexity;
}

/** The cost of sums that a filter may narrow. */
export function sumCost({ args, childComplexity }: ComplexityEstimatorArgs): number {
  return costOfFilter(args) + 10 + childComplexity;
}

/** The cost of windows: of as many as the span that is asked for holds, or a month where it has no ends. */
export function windowsCost({ args, childComplexity }: ComplexityEstimatorArgs): number {
  const filter: unknown = args['filter'];
  const span: unknown = isRecord(filter) ? filter['timestamp'] : args;
  const { from, to } = isRecord(span) ? span : {};
  const spanMs = typeof from === 'number' && typeof to === 'number' ? to - from : monthMs;
  const windowMs = args['size'] === 'HOUR' ? dayMs / 24 : args['size'] === 'DAY' ? dayMs : 7 * dayMs;
  // At either end a window may reach beyond the span; more than the limit are refused, whatever they cost.
  const count = Math.min(Math.max(0, Math.ceil(spanMs / windowMs)) + 1, maxWindows);
  return costOfFilter(args) + 50 + count * childComplexity;
}

const dayMs = 86_400_000;
const monthMs = 31 * dayMs;

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** The cost of a connection's list: its connection has counted the items already, since it knows how many. */
export function countedByConnection({ childComplexity }: ComplexityEstimatorArgs): number {
  return childComplexity;
}

/** The cost of an estimate: a report that the ledger does not know has to be asked for upstream. */
export function estimateCost({ args, childComplexity }: ComplexityEstimatorArgs): number {
  const input: unknown = args['input'];
  const asksForReport =
    typeof input === 'object' && input !== null && 'reportId' in input && input.reportId !== null;
  return (asksForReport ? upstreamCost : 10) + childComplexity;
}

/** What a call of the upstream costs. */
const upstreamCost = 2_500;

/** The cost of a page. No index answers a filter, several orders at once, or both ends of a page. */
export function pageCost(size: PageSize): (field: ComplexityEstimatorArgs) => number {
  return ({ args, childComplexity }) => {
    const items = Math.max(0, Number(args['last'] ?? args['first'] ?? size.default));
    return (isScan(args) ? scanCost : 0) + 1 + items * childComplexity;
  };
}

function isScan(args: ComplexityEstimatorArgs['args']): boolean {
  const orders: unknown = args['orderBy'];
  const isSorted = Array.isArray(orders) && orders.length > 1;
  return isGiven(args['filter']) || isSorted || (isGiven(args['after']) && isGiven(args['before']));
}

/** The cost of what a filter among the arguments makes necessary. */
function costOfFilter(args: ComplexityEstimatorArgs['args']): number {
  return isGiven(args['filter']) ? scanCost : 0;
}

function isGiven(argument: unknown): boolean {
  return argument !== undefined && argument !== null;
}
