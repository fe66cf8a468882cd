import { type RawBuilder, sql } from 'kysely';

import type { Database } from '../database/database.ts';
import { ledgerClock } from '../database/ledger-clock.ts';

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

/** A pull that found the list that is recorded already. */
export interface UnchangedPull {
  readonly account: string;
  /** For when the account was due when the caller looked. */
  readonly dueAtMs: number;
  /** When the pull began, in epoch ms by the ledger's clock. */
  readonly beganAtMs: number;
  readonly digest: string;
  /** The validators that came with the body; null when it did not come, for the upstream said that it is the same. */
  readonly validators: Pick<ListKey, 'etag' | 'lastModified'> | null;
  /** How long no instance is to pull the account from now on. */
  readonly pauseMs: number;
}

/**
 * Notes that an account's list is still the one that is recorded. One statement.
 * @returns false when another pull has begun since the caller looked: then nothing was noted.
 */
export async function noteUnchanged(
  database: Database,
  now: () => Date,
  { account, dueAtMs, beganAtMs, digest, validators, pauseMs }: UnchangedPull,
): Promise<boolean> {
  const clockMs = ledgerClock(database, now);
  const read =
    validators === null
      ? sql``
      : sql`, list_etag = ${validators.etag}, list_last_modified = ${validators.lastModified}, list_read_at_ms = ${clockMs}`;
  const result = await sql`
    update accounts
    set as_of_ms = ${beganAtMs}, next_pull_at_ms = ${clockMs} + cast(${Math.round(pauseMs)} as bigint)${read}
    where account_id = ${account} and lease_owner is null and next_pull_at_ms = ${dueAtMs}
      and list_digest = ${digest}`.execute(database.writes);
  return (result.numAffectedRows ?? 0n) > 0n;
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
