import type { Database } from '../database/database.ts';

/** An account and when somebody last asked for it, to the hour. */
export interface AskedAccount {
  readonly account: string;
  readonly askedAtMs: number;
}

/** Notes that somebody asked for an account. Nothing happens to one that was never pulled: its first pull notes it. */
export async function markAsked({ writes }: Database, account: string, askedAtMs: number): Promise<void> {
  await writes
    .updateTable('accounts')
    .set({ asked_at_ms: askedAtMs })
    .where('account_id', '=', account)
    .where('asked_at_ms', '<', askedAtMs)
    .execute();
}

/**
 * The accounts that somebody asked for since a time, most recently asked first, and at most so many. It reads across
 * accounts, and nothing of them but their names and when they were asked for: it tells the sync whom to pull.
 */
export async function readAskedAccounts(
  { scans }: Database,
  { sinceMs, limit }: { readonly sinceMs: number; readonly limit: number },
): Promise<readonly AskedAccount[]> {
  const rows = await scans
    .selectFrom('accounts')
    .where('asked_at_ms', '>=', sinceMs)
    .select(['account_id', 'asked_at_ms'])
    .orderBy('asked_at_ms', 'desc')
    .orderBy('account_id')
    .limit(limit)
    .execute();
  return rows.map((row) => ({ account: row.account_id, askedAtMs: row.asked_at_ms }));
}
