import { sql } from 'kysely';

import type { Database } from '../database/database.ts';
import { ledgerClock } from '../database/ledger-clock.ts';

/** When an account is to be pulled next, by the ledger's clock. */
export interface PullTime {
  /** Epoch ms; 0: at once. */
  readonly dueAtMs: number;
  /** How long that is from now; 0 when it is due. */
  readonly waitMs: number;
  /** Whether a whole pull of it was ever recorded. */
  readonly isRecorded: boolean;
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
  const { rows } = await sql<{ due_at_ms: number; wait_ms: number; is_recorded: number }>`
    select next_pull_at_ms as due_at_ms, next_pull_at_ms - ${ledgerClock(database, now)} as wait_ms,
      case when as_of_ms is null then 0 else 1 end as is_recorded
    from accounts where account_id = ${account}`.execute(database.pullReads);
  const row = rows[0];
  if (row === undefined) return { dueAtMs: 0, waitMs: 0, isRecorded: false };
  const isDue = row.wait_ms <= 0 || row.wait_ms > maxPauseMs;
  return { dueAtMs: row.due_at_ms, waitMs: isDue ? 0 : row.wait_ms, isRecorded: row.is_recorded === 1 };
}
