import { z } from 'zod';
import { InvalidCredits, type Credits, parsePrice } from '../billing/credits.ts';
import type { Report } from '../billing/report.ts';
import { type CallFacts, InvalidResponse } from './errors.ts';
import { makeStorable } from './storable-text.ts';

const maxNameCharacters = 1000;

const reportShape = z.object({
  id: z.int(),
  name: z
    .string()
    .refine(
      (name) => countCharacters(name) <= maxNameCharacters,
      `has more than ${maxNameCharacters} characters`,
    ),
  credit_cost: z.number(),
});

/**
 * Decodes the body of a report. Source: rating rules, "Upstream facts".
 * @throws InvalidResponse naming the field, also when the report is another than the one that was asked for.
 */
export function decodeReport(body: string, reportId: number, call: CallFacts): Report {
  const outcome = reportShape.safeParse(parseJson(body, call));
  if (!outcome.success) {
    const issue = outcome.error.issues[0];
    const field = issue?.path[0] ?? 'the body';
    throw new InvalidResponse({ ...call, problem: `${String(field)}: ${issue?.message ?? 'invalid'}` });
  }
  const { id, name, credit_cost: cost } = outcome.data;
  // Of the body's two ids, the asked one counts for the caller: another report's price must never be charged.
  if (id !== reportId) throw new InvalidResponse({ ...call, problem: `id: is ${id}, not the one asked for` });
  return { id: reportId, name: makeStorable(name), creditCost: readCost(cost, call) };
}

function parseJson(body: string, call: CallFacts): unknown {
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw new InvalidResponse({ ...call, problem: 'the body is not JSON' }, { cause });
  }
}

function readCost(cost: number, call: CallFacts): Credits {
  try {
    return parsePrice(cost);
  } catch (cause) {
    if (!(cause instanceof InvalidCredits)) throw cause;
    throw new InvalidResponse({ ...call, problem: `credit_cost: ${cause.reason}` }, { cause });
  }
}

function countCharacters(text: string): number {
  // At most two code units stand for one character, so a huge name is not walked.
  return text.length > 2 * maxNameCharacters ? text.length : Array.from(text).length;
}
