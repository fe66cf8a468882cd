import { type RawBuilder, sql } from 'kysely';

/** By what a list is known again that is recorded. */
export interface ListKey {
  /** SHA-256 of its body, in hex. */
  readonly digest: string;
  readonly etag: string | null;
  readonly lastModified: string | null;
  /** The version of the decoding and the card that it was recorded by. */
  readonly readBy: string;
  /** In how many ms a report of it is to be read again; null: never. */
  readonly reportDueInMs: number | null;
}

/** The list that is recorded. */
export interface RecordedList extends ListKey {
  /** How long ago its body came last, in ms. */
  readonly ageMs: number;
}

/** What an UPDATE of `accounts` sets, so that the list that was just recorded is known again. */
export function setList(clockMs: RawBuilder<number>, list: ListKey): RawBuilder<unknown> {
  const dueAtMs =
    list.reportDueInMs === null
      ? sql`null`
      : sql`${clockMs} + cast(${Math.round(list.reportDueInMs)} as bigint)`;
  return sql`list_digest = ${list.digest}, list_etag = ${list.etag}, list_last_modified = ${list.lastModified},
    list_read_at_ms = ${clockMs}, list_read_by = ${list.readBy}, report_due_at_ms = ${dueAtMs}`;
}
