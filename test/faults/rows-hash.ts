import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Database } from '../../src/ledger/database/database.ts';

// Everything that is kept for users, in the order of each table's key. Leases and the pulls' own times are not: they
// tell when something happened, not what.
const contents = {
  accounts: { key: 'account_id', rest: 'revision, period_id' },
  periods: {
    key: 'account_id, period_id',
    rest: 'from_ms, to_ms, first_message_ms, last_message_ms, rate_card_version, credits, message_count, unpriced_count',
  },
  messages: {
    key: 'account_id, message_id',
    rest: 'period_id, position, timestamp_ms, timestamp, text, search_text, report_id, report_name, report_name_key, credits',
  },
  message_history: {
    key: 'account_id, message_id, revision',
    rest: 'change, period_id, timestamp_ms, timestamp, text, report_id, report_name, credits',
  },
  reports: { key: 'account_id, period_id, report_id', rest: 'status, name, credit_cost' },
  rate_cards: { key: 'account_id, version', rest: 'card' },
  usage_sums: {
    key: 'account_id, period_id, slot, has_report, report_id',
    rest: 'credits, message_count, unpriced_count',
  },
} as const;

/** One hash over all rows of a ledger, equal for equal ledgers on the same kind of database. */
export async function hashRows({ writes }: Database): Promise<string> {
  const hash = createHash('sha256');
  for (const [table, { key, rest }] of Object.entries(contents)) {
    const { rows } = await sql<Record<string, unknown>>`
      select ${sql.raw(`${key}, ${rest}`)} from ${sql.table(table)} order by ${sql.raw(key)}`.execute(writes);
    hash.update(table);
    for (const row of rows) hash.update(JSON.stringify(row));
  }
  return hash.digest('hex');
}
