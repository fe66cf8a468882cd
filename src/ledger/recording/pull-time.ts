import { sql } from 'kysely';

import type { Database } from '../database/database.ts';
import { ledgerClock } from '../database/ledger-clock.ts';
import type { AccountsTable } from '../database/tables.ts';
import type { RecordedList } from './recorded-list.ts';

/** When an account is to be pulled next, by the ledger's clock, and what its last pull recorded. */
export interface PullTime {
  /** Epoch ms; 0: at once. */
  readonly dueAtMs: number;
  /** How long that is from now; 0 when it is due. */
  readonly waitMs: number;
  /** Whether no pull had its lease then. */
  readonly isFree: boolean;
  /** Whether a whole pull of it was ever recorded. */
  readonly isRecorded: boolean;
  /** The list that is recorded; null where the next one is read even if it is the same. */
  readonly list: RecordedList | null;
}

/**
 * Reads when an account is to be pulled next. One that was never pulled is due at once.
 * @param maxPauseMs a time further ahead was set by a longer interval, or by a clock that was set back: it is due too.
 */
export async function readPullTime(
  database: Database,
  {
    account,
    now,
    maxPauseMs,
  }: { readonly account: string; readonly now: () => Date; readonly maxPauseMs: number },
): Promise<PullTime> {
  const { rows } = await sql<AccountsTable & { clock_ms: number }>`
    select next_pull_at_ms, as_of_ms, lease_owner, ${ledgerClock(database, now)} as clock_ms, list_digest, list_etag,
      list_last_modified, list_read_at_ms, list_read_by, report_due_at_ms
    from accounts where account_id = ${account}`.execute(database.pullReads);
  const row = rows[0];
  if (row === undefined) return { dueAtMs: 0, waitMs: 0, isFree: true, isRecorded: false, list: null };
  const waitMs = row.next_pull_at_ms - row.clock_ms;
  return {
    dueAtMs: row.next_pull_at_ms,
    waitMs: waitMs <= 0 || waitMs > maxPauseMs ? 0 : waitMs,
    isFree: row.lease_owner === null,
    isRecorded: row.as_of_ms !== null,
    list: toRecordedList(row),
  };
}

function toRecordedList(row: AccountsTable & { clock_ms: number }): RecordedList | null {
  const { list_digest: digest, list_read_by: readBy, list_read_at_ms: readAtMs } = row;
  // A pull that is under way, or that died, may be recording another one.
  if (digest === null || readBy === null || readAtMs === null || row.lease_owner !== null) return null;
  return {
    digest,
    etag: row.list_etag,
    lastModified: row.list_last_modified,
    readBy,
    ageMs: row.clock_ms - readAtMs,
    reportDueInMs: row.report_due_at_ms === null ? null : row.report_due_at_ms - row.clock_ms,
  };
}
