import { sql } from 'kysely';
import { onTestFinished } from 'vitest';
import { defaultRateCard, type RateCard } from '../../src/billing/rate-card.ts';
import type { Message } from '../../src/billing/message.ts';
import type { Database } from '../../src/ledger/database/database.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import { allMessages } from '../../src/ledger/reading/message-filter.ts';
import type { RecordedMessage } from '../../src/ledger/reading/message-page.ts';
import type { PeriodUsage } from '../../src/ledger/reading/periods.ts';
import {
  type LateReading,
  type LateReport,
  type LateResult,
  type PricedMessage,
  type Pull,
  type PullResult,
  type ReportReading,
  type UnreadableRows,
} from '../../src/ledger/recording/pull.ts';
import type { Tables } from '../../src/ledger/database/tables.ts';
import { SnapshotRefused } from '../../src/ledger/recording/snapshot-refused.ts';
import type { TestDatabase } from '../support/databases.ts';

/** The account of every test that needs but one. */
export const account = 'acme';

/** A ledger that is ready for use on a fresh database; closed when the test ends. */
export async function openTestLedger(
  testDatabase: TestDatabase,
  now: () => Date = () => new Date(0),
): Promise<{ readonly ledger: Ledger; readonly database: Database }> {
  const database = await testDatabase.open();
  onTestFinished(() => database.close());
  const ledger = new Ledger({ database, now });
  await ledger.migrate();
  return { ledger, database };
}

/** How a snapshot is pulled, where that matters to a test. */
export interface PullOptions {
  readonly account?: string;
  readonly pulledAtMs?: number;
  readonly rateCard?: RateCard;
  readonly readings?: readonly ReportReading[];
  /** What the upstream says of the reports that closed periods wait for. Left out: nobody asks. */
  readonly readLate?: (waiting: readonly LateReport[]) => readonly LateReading[];
  /** How many messages are staged at a time. */
  readonly batchSize?: number;
  /** Rows of the list that could not be read, and how what is recorded of the others is priced then. */
  readonly unreadable?: UnreadableRows;
  readonly price?: (message: Message) => PricedMessage;
}

/** One whole pull of a snapshot: opened, staged, committed and released. Throws what the commit throws. */
export async function recordPull(
  ledger: Ledger,
  messages: readonly PricedMessage[],
  options: PullOptions = {},
): Promise<PullResult & LateResult> {
  const { pulledAtMs = 0, rateCard = defaultRateCard, readings = [], readLate, batchSize = 1_000 } = options;
  const pull = await beginPull(ledger, options.account);
  try {
    for (let start = 0; start < messages.length; start += batchSize) {
      await pull.stage(messages.slice(start, start + batchSize));
    }
    const { unreadable, price } = options;
    if (unreadable !== undefined && price !== undefined) {
      await pull.standInFor(unreadable, async (missing) => missing.map(price));
    }
    const priceLate = async (): Promise<Partial<LateResult>> =>
      readLate === undefined ? {} : pull.recordLate(readLate(pull.lateReports));
    const result = await pull.commit({ pulledAtMs, rateCard, readings }).catch(async (error: unknown) => {
      if (error instanceof SnapshotRefused) await priceLate();
      throw error;
    });
    const { pricedLate = 0, revision = result.revision } = await priceLate();
    return { ...result, changed: result.changed || pricedLate > 0, pricedLate, revision };
  } finally {
    await pull.release();
  }
}

/** A pull that must not be refused. */
export async function beginPull(ledger: Ledger, ofAccount: string = account): Promise<Pull> {
  const lease = await ledger.takeLease(ofAccount);
  if (lease === null) throw new Error(`somebody else pulls account ${ofAccount}`);
  return lease.openPull();
}

/** Lets so much of all leases go by where they run by the server's clock, which no test can put forward. */
export async function ageLeases({ kind, writes }: Database, ms: number): Promise<void> {
  if (kind === 'sqlite') return;
  await sql`update accounts set lease_until_ms = lease_until_ms - ${ms}`.execute(writes);
}

/** Lets so much time go by until reports are to be read again, as {@link ageLeases} does. */
export async function ageReports({ kind, writes }: Database, ms: number): Promise<void> {
  if (kind === 'sqlite') return;
  await sql`update accounts set report_due_at_ms = report_due_at_ms - ${ms}`.execute(writes);
}

/** A period that must exist, the open one unless told otherwise. */
export async function readUsage(
  ledger: Ledger,
  { account: ofAccount = account, periodId = null }: { account?: string; periodId?: number | null } = {},
): Promise<PeriodUsage> {
  const usage = await ledger.readPeriod(ofAccount, periodId);
  if (usage === null) throw new Error(`account ${ofAccount} has no period ${periodId ?? 'open'}`);
  return usage;
}

/** All messages of a period in the upstream's order, those of the open one unless told otherwise. */
export async function readAll(
  ledger: Ledger,
  of: { account?: string; periodId?: number | null } = {},
): Promise<readonly RecordedMessage[]> {
  const { period } = await readUsage(ledger, of);
  return ledger.readMessages({
    account: of.account ?? account,
    periodId: period.id,
    filter: allMessages,
    order: [],
    after: null,
    before: null,
    limit: 1_000,
    backward: false,
  });
}

/** Every row of a table, of all accounts, in the order of its first columns. */
export async function readRows(
  { reads }: Database,
  table: keyof Tables,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const result = await sql<Record<string, unknown>>`
    select * from ${sql.table(table)} order by 1, 2, 3`.execute(reads);
  return result.rows;
}
