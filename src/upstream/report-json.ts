import type { Report } from '../billing/report.ts';
import { InvalidCost, readCreditCost } from './credit-cost.ts';
import { type CallFacts, InvalidResponse } from './errors.ts';
import { parseExactJson } from './exact-json.ts';
import { describeIdProblem, readId } from './id-json.ts';
import { isJsonObject, quoteJson } from './json-value.ts';
import { makeStorable } from './storable-text.ts';

const maxNameCharacters = 1000;

/** A report as its body told it. */
export interface DecodedReport {
  readonly report: Report;
  /** The `credit_cost` as it was sent, when it had more decimals than a price has; else null. */
  readonly roundedFrom: string | null;
}

/**
 * Decodes the body of a report; fields that are not known are ignored. Source: rating rules, "Upstream facts".
 * @throws InvalidResponse naming the field, also when the report is another than the one that was asked for.
 */
export function decodeReport(body: string, reportId: number, call: CallFacts): DecodedReport {
  const refuse = (problem: string, options?: ErrorOptions): InvalidResponse =>
    new InvalidResponse({ ...call, problem }, options);
  const json = parseBody(body, call);
  if (!isJsonObject(json)) throw refuse(`the body must be an object, but is ${quoteJson(json)}`);
  const { id: sentId, name, credit_cost: sentCost } = json;
  const id = readId(sentId);
  if (id === null) throw refuse(`id: ${describeIdProblem(sentId)}`);
  // Of the body's two ids, the asked one counts for the caller: another report's price must never be charged.
  if (id !== reportId) throw refuse(`id: is ${id}, not the one asked for`);
  if (typeof name !== 'string') throw refuse(`name: must be a string, but is ${quoteJson(name)}`);
  if (countCharacters(name) > maxNameCharacters) {
    throw refuse(`name: has more than ${maxNameCharacters} characters`);
  }
  try {
    const { cost, roundedFrom } = readCreditCost(sentCost);
    return { report: { id, name: makeStorable(name), creditCost: cost }, roundedFrom };
  } catch (cause) {
    if (!(cause instanceof InvalidCost)) throw cause;
    throw refuse(`credit_cost: ${cause.message}`, { cause });
  }
}

function parseBody(body: string, call: CallFacts): unknown {
  try {
    return parseExactJson(body);
  } catch (cause) {
    throw new InvalidResponse({ ...call, problem: 'the body is not JSON' }, { cause });
  }
}

function countCharacters(text: string): number {
  // At most two code units stand for one character, so a huge name is not walked.
  return text.length > 2 * maxNameCharacters ? text.length : Array.from(text).length;
}
