import { type Kysely, sql } from 'kysely';

import { Credits } from '../../billing/credits.ts';
import type { Database } from '../database/database.ts';
import type { PeriodKey } from '../recording/open-period.ts';
import type { ReportReading } from '../recording/pull.ts';
import { StatementCache } from '../database/statement-cache.ts';
import type { ReportsTable, Tables } from '../database/tables.ts';

/** A reading as a row of `reports` holds it. */
export type ReadingRow = Pick<ReportsTable, (typeof columns)[number]>;

const columns = ['report_id', 'status', 'name', 'credit_cost', 'read_at_ms'] as const;
const columnTypes = {
  report_id: 'bigint',
  status: 'text',
  name: 'text',
  credit_cost: 'bigint',
  read_at_ms: 'bigint',
} as const satisfies Record<keyof ReadingRow, 'bigint' | 'text'>;

/** What is known of some reports of a period, in no order; unknown ones are left out. One statement. */
export async function readReports(
  { reads }: Database,
  { account, periodId }: PeriodKey,
  reportIds: readonly number[],
): Promise<readonly ReportReading[]> {
  if (reportIds.length === 0) return [];
  const parameters = [account, periodId, ...reportIds];
  const statement = readingStatements.get(reads, String(reportIds.length), parameters, () =>
    reads
      .selectFrom('reports')
      .where('account_id', '=', account)
      .where('period_id', '=', periodId)
      .where('report_id', 'in', reportIds)
      .select(columns)
      .compile(),
  );
  const { rows } = await reads.executeQuery(statement);
  return rows.map(toReading);
}

const readingStatements = new StatementCache<ReadingRow>();

/** What is known of the open period's reports, by id. */
export async function readKnownReports(
  { writes }: Database,
  account: string,
): Promise<ReadonlyMap<number, ReportReading>> {
  const rows = await writes
    .selectFrom('reports')
    .innerJoin('accounts', (join) =>
      join
        .onRef('accounts.account_id', '=', 'reports.account_id')
        .onRef('accounts.period_id', '=', 'reports.period_id'),
    )
    .where('reports.account_id', '=', account)
    .select(columns)
    .execute();
  return new Map(rows.map((row) => [row.report_id, toReading(row)]));
}

/** Keeps what was read for a period, in the place of what was read before. */
export async function keepReadings(
  trx: Kysely<Tables>,
  { rowsOf }: Database,
  { account, periodId }: PeriodKey,
  readings: readonly ReportReading[],
): Promise<void> {
  if (readings.length === 0) return;
  // By id, so that the last reading of a report wins and rows are always written in one order.
  const byId = new Map(readings.map((reading) => [reading.reportId, reading]));
  const rows = [...byId.values()].toSorted((a, b) => a.reportId - b.reportId).map(toReadingRow);
  const names = sql.raw(columns.join(', '));
  await sql`
    insert into reports (account_id, period_id, ${names})
    select ${account}, cast(${periodId} as bigint), ${names} from ${rowsOf('given', columnTypes, rows)} where true
    on conflict (account_id, period_id, report_id) do update
    set status = excluded.status, name = excluded.name, credit_cost = excluded.credit_cost,
      read_at_ms = excluded.read_at_ms`.execute(trx);
}

/** A reading as it is stored. */
export function toReadingRow(reading: ReportReading): ReadingRow {
  const report = reading.status === 'found' ? reading.report : null;
  return {
    report_id: reading.reportId,
    status: reading.status,
    name: report?.name ?? null,
    credit_cost: report?.creditCost.units ?? null,
    read_at_ms: reading.readAtMs,
  };
}

function toReading(row: ReadingRow): ReportReading {
  const { report_id: reportId, read_at_ms: readAtMs, status, name, credit_cost: cost } = row;
  if (status === 'found' && name !== null && cost !== null) {
    return {
      reportId,
      readAtMs,
      status,
      report: { id: reportId, name, creditCost: Credits.fromUnits(cost) },
    };
  }
  return { reportId, readAtMs, status: status === 'found' ? 'unread' : status };
}
