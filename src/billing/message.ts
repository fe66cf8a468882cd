/** One message of the copilot, as the upstream told it. Source: rating rules, "Upstream facts". */
export interface Message {
  /** The upstream's id: a safe integer, unique within an account. */
  readonly id: number;
  /** When it was sent, in epoch milliseconds. */
  readonly timestampMs: number;
  /** The upstream's own spelling of that time; the REST contract repeats it to the letter. */
  readonly timestamp: string;
  /** What the user typed: well-formed Unicode without U+0000. */
  readonly text: string;
  /** The report that it produced, or null. The report may not exist upstream. */
  readonly reportId: number | null;
}
