import assert from 'node:assert/strict';
import { z } from 'zod';
import { nameKey } from '../../src/ledger/keys/name-key.ts';
import type { UsageTotals } from '../../src/ledger/reading/sums.ts';
import type { ModelLedger, ModelPeriod } from '../ledger/model-ledger.ts';
import { sumUp } from '../ledger/model-sums.ts';
import type { StoredRows } from './stored-rows.ts';

type Row = StoredRows[string][number];

const quarterMs = 15 * 60_000;

/**
 * Checks the periods that were closed before a step: they are the same to the last byte but for prices that were
 * missing, which appear exactly as the model says.
 */
export function checkClosedPeriods(before: StoredRows, after: StoredRows, { periods }: ModelLedger): void {
  const openBefore = before['periods']?.length ?? 0;
  for (const period of periods.filter(({ id }) => id < openBefore)) {
    assert.deepEqual(rowsOf(after, period.id), fillIn(rowsOf(before, period.id), period));
  }
}

/** What was stored of a period, with the prices that the model has by now in the place of missing ones. */
function fillIn(before: StoredRows, period: ModelPeriod): StoredRows {
  const { messages = [], reports = [], ...rest } = before;
  const unpricedBefore = messages.filter((row) => row['credits'] === null).length;
  const filledIn: StoredRows = {
    ...rest,
    messages: messages.map((row) => (row['credits'] === null ? change(row, priceOf(row, period)) : row)),
    reports: reports.map((row) => (row['status'] === 'unread' ? change(row, readingOf(row, period)) : row)),
  };
  if (sumUp(period.messages).unpricedCount === unpricedBefore) return filledIn;
  return { ...filledIn, ...sumsOf(rest, period) };
}

function priceOf(row: Row, { messages }: ModelPeriod): Row {
  const message = messages.find(({ id }) => id === row['message_id']);
  const name = message?.reportName ?? null;
  return {
    credits: message?.credits?.units ?? null,
    report_name: name,
    report_name_key: name === null ? null : nameKey(name),
  };
}

function readingOf(row: Row, { reports }: ModelPeriod): Row {
  const reading = reports.get(Number(row['report_id']));
  const report = reading?.status === 'found' ? reading.report : null;
  return {
    status: reading?.status,
    name: report?.name ?? null,
    credit_cost: report?.creditCost.units ?? null,
    read_at_ms: reading?.readAtMs,
  };
}

function change(row: Row, changed: Row): Row {
  return { ...row, ...changed };
}

function sumsOf({ periods = [] }: StoredRows, { id, messages }: ModelPeriod): StoredRows {
  const bySlotAndReport = Map.groupBy(messages, ({ timestampMs, reportId, reportName, credits }) => {
    const hasReport = reportName !== null || credits === null;
    return JSON.stringify([Math.floor(timestampMs / quarterMs), hasReport ? 1 : 0, hasReport ? reportId : 0]);
  });
  const sums = [...bySlotAndReport].map(([key, own]) => {
    const [slot = 0, hasReport = 0, reportId = 0] = z.array(z.number()).parse(JSON.parse(key));
    return { key: [slot, hasReport, reportId], own };
  });
  return {
    periods: periods.map((row) => toSums(sumUp(messages), row)),
    usage_sums: sums
      .toSorted((a, b) => compareKeys(a.key, b.key))
      .map(({ key: [slot, hasReport, reportId], own }) =>
        toSums(sumUp(own), { period_id: id, slot, has_report: hasReport, report_id: reportId }),
      ),
  };
}

/** A row with what is stored of totals. */
function toSums({ creditsUsed, messageCount, unpricedCount }: UsageTotals, row: Row): Row {
  return { ...row, credits: creditsUsed.units, message_count: messageCount, unpriced_count: unpricedCount };
}

function compareKeys(a: readonly number[], b: readonly number[]): number {
  const place = a.findIndex((value, index) => value !== b[index]);
  return (a[place] ?? 0) - (b[place] ?? 0);
}

function rowsOf(rows: StoredRows, periodId: number): StoredRows {
  const entries = Object.entries(rows).map(
    ([table, ofTable]) => [table, ofTable.filter((row) => row['period_id'] === periodId)] as const,
  );
  return Object.fromEntries(entries);
}
