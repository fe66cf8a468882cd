import { type Kysely, sql } from 'kysely';

import type { RateCard } from '../../billing/rate-card.ts';
import type { Database } from '../database/database.ts';
import { readLedgerState } from '../database/migrations.ts';
import type { Tables } from '../database/tables.ts';
import { readStoredCard } from '../reading/rate-cards.ts';
import { readHistory, readMessages } from './audited-rows.ts';
import { AuditedSums } from './audited-sums.ts';
import { type AuditResult, type Difference, Figures } from './figures.ts';
import { recomputeOldPrice, recomputePrice, recomputeText } from './recomputed.ts';

const accountsAtOnce = 1_000;

/**
 * Recomputes every stored figure of a ledger: prices from measure, report and card; sums from prices; hashes from texts.
 * Everything is read of one moment, and nothing is changed, so that it may run beside a service.
 * @param onDifference is told of each figure that differs, as it is found
 * @throws AuditRefused when the ledger is not of this version's making.
 */
export async function auditLedger(
  { kind, reads, writes }: Pick<Database, 'kind' | 'reads' | 'writes'>,
  onDifference: (difference: Difference) => void,
): Promise<AuditResult> {
  const figures = new Figures(onDifference);
  // PostgreSQL's reads are cut off after a second or two.
  const connections = kind === 'sqlite' ? reads : writes;
  const begin = kind === 'sqlite' ? sql`begin` : sql`begin isolation level repeatable read read only`;
  await connections.connection().execute(async (db) => {
    await begin.execute(db);
    try {
      await checkState(db);
      for await (const account of readAccounts(db)) await auditAccount(db, account, figures);
    } finally {
      await sql`rollback`.execute(db);
    }
  });
  return figures.result;
}

/** There is no ledger that could be audited. */
export class AuditRefused extends Error {
  constructor({ reason }: { readonly reason: string }) {
    super(reason);
    this.name = 'AuditRefused';
  }
}

async function checkState(db: Kysely<Tables>): Promise<void> {
  switch (await readLedgerState(db)) {
    case 'current':
      return;
    case 'none':
      throw new AuditRefused({ reason: 'the database holds no ledger' });
    case 'older':
      throw new AuditRefused({
        reason:
          'the ledger was recorded by an older version: start the service on it once, which brings it up to date',
      });
    case 'newer':
      throw new AuditRefused({ reason: 'the ledger was recorded by a newer version than this one' });
  }
}

async function* readAccounts(db: Kysely<Tables>): AsyncGenerator<string, void, undefined> {
  let last = '';
  for (;;) {
    const rows = await db
      .selectFrom('accounts')
      .where('account_id', '>', last)
      .select('account_id')
      .orderBy('account_id')
      .limit(accountsAtOnce)
      .execute();
    for (const { account_id: account } of rows) yield account;
    last = rows.at(-1)?.account_id ?? last;
    if (rows.length < accountsAtOnce) return;
  }
}

async function auditAccount(db: Kysely<Tables>, account: string, figures: Figures): Promise<void> {
  const cards = await readCards(db, account);
  const cardOf = (version: string | null): RateCard | null => cards.get(version ?? '') ?? null;
  const sums = new AuditedSums(account, figures);
  for await (const message of readMessages(db, account)) {
    const price = recomputePrice(message, cardOf(message.rate_card_version));
    const row = `message ${message.message_id}`;
    figures.compare({ account, row }, message, { ...recomputeText(message), ...price });
    // From what it should cost: a wrong price is told once, and not again with each sum that it is in.
    sums.add({
      periodId: message.period_id,
      timestampMs: message.timestamp_ms,
      reportId: price.report_name === null && price.credits !== null ? null : message.report_id,
      credits: price.credits,
    });
  }
  for await (const message of readHistory(db, account)) {
    const row = `message ${message.message_id} before revision ${message.revision}`;
    const price = recomputeOldPrice(message, cardOf(message.rate_card_version));
    figures.compare({ account, row }, message, { ...recomputeText(message), ...price });
  }
  await sums.compare(db);
}

async function readCards(db: Kysely<Tables>, account: string): Promise<ReadonlyMap<string, RateCard>> {
  const rows = await db
    .selectFrom('rate_cards')
    .where('account_id', '=', account)
    .select(['version', 'format', 'card'])
    .execute();
  return new Map(rows.map((row) => [row.version, readStoredCard(row)]));
}
