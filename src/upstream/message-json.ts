import type { Message } from '../billing/message.ts';
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
  if (!isRecord(value)) return reject(index, null, 'message', 'must be an object', value);
  const { id, timestamp, text, report_id: reportId = null } = value;
  if (!isSafeInteger(id)) return reject(index, null, 'id', 'must be a whole number', id);
  const timestampMs = typeof timestamp === 'string' ? parseTimestamp(timestamp) : null;
  if (typeof timestamp !== 'string' || timestampMs === null) {
    return reject(index, id, 'timestamp', 'must be an RFC 3339 time with its zone', timestamp);
  }
  if (typeof text !== 'string') return reject(index, id, 'text', 'must be a string', text);
  if (text.length > maxTextLength) {
    const problem = `must have at most ${maxTextLength} UTF-16 code units, but has ${text.length}`;
    return { index, id, field: 'text', problem };
  }
  if (reportId !== null && !isSafeInteger(reportId)) {
    return reject(index, id, 'report_id', 'must be a whole number or null', reportId);
  }
  // + 0 turns a negative zero into the one zero.
  return {
    id: id + 0,
    timestampMs,
    timestamp,
    text: makeStorable(text),
    reportId: reportId === null ? null : reportId + 0,
  };
}

/** Tells the two outcomes of `decodeMessage` apart. */
export function isInvalidMessage(outcome: Message | InvalidMessage): outcome is InvalidMessage {
  return 'problem' in outcome;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSafeInteger(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function reject(
  index: number,
  id: number | null,
  field: string,
  rule: string,
  value: unknown,
): InvalidMessage {
  return { index, id, field, problem: `${rule}, but is ${quote(value)}` };
}

function quote(value: unknown): string {
  if (value === undefined) return 'missing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return String(value);
  if (typeof value !== 'string') return 'an object';
  // Cut before it is quoted: the value may be megabytes long.
  return value.length > 40 ? `${JSON.stringify(value.slice(0, 40).toWellFormed())}…` : JSON.stringify(value);
}
