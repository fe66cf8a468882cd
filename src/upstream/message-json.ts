import type { Message } from '../billing/message.ts';
import { describeIdProblem, readId } from './id-json.ts';
import { isJsonObject, quoteJson } from './json-value.ts';
import { makeStorable } from './storable-text.ts';
import { parseTimestamp } from './timestamp.ts';

/** A message of the upstream's list that cannot be counted as it stands. */
export interface InvalidMessage {
  /** Its place in the upstream's list, from 0. */
  readonly index: number;
  /** Its id, when that much could be read. */
  readonly id: number | null;
  /** The first field that is wrong: `id`, `timestamp`, `text`, `report_id`, or `message` for the whole. */
  readonly field: string;
  /** Reads on from the field: `must be a whole number, but is "abc"`. */
  readonly problem: string;
}

/** The longest text of one message, in UTF-16 code units. */
export const maxTextLength = 1024 * 1024;

/**
 * Decodes one element of the upstream's list; fields that are not known are ignored. A wrong `report_id` sets the
 * message aside: priced from its text, it would be charged wrongly without a trace.
 * Plain checks, as a million of these are decoded in one pull. Source: rating rules, "Upstream facts".
 */
export function decodeMessage(value: unknown, index: number): Message | InvalidMessage {
  if (!isJsonObject(value)) return reject(index, null, 'message', 'must be an object', value);
  const { id: sentId, timestamp, text, report_id: sentReportId = null } = value;
  const id = readId(sentId);
  if (id === null) return { index, id, field: 'id', problem: describeIdProblem(sentId) };
  const timestampMs = typeof timestamp === 'string' ? parseTimestamp(timestamp) : null;
  if (typeof timestamp !== 'string' || timestampMs === null) {
    return reject(index, id, 'timestamp', 'must be a date and a time with its zone', timestamp);
  }
  if (typeof text !== 'string') return reject(index, id, 'text', 'must be a string', text);
  if (text.length > maxTextLength) {
    const problem = `must have at most ${maxTextLength} UTF-16 code units, but has ${text.length}`;
    return { index, id, field: 'text', problem };
  }
  const reportId = sentReportId === null ? null : readId(sentReportId);
  if (reportId === null && sentReportId !== null) {
    return { index, id, field: 'report_id', problem: describeIdProblem(sentReportId) };
  }
  return { id, timestampMs, timestamp, text: makeStorable(text), reportId };
}

/** Tells the two outcomes of `decodeMessage` apart. */
export function isInvalidMessage(outcome: Message | InvalidMessage): outcome is InvalidMessage {
  return 'problem' in outcome;
}

function reject(
  index: number,
  id: number | null,
  field: string,
  rule: string,
  value: unknown,
): InvalidMessage {
  return { index, id, field, problem: `${rule}, but is ${quoteJson(value)}` };
}
