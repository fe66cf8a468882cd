import { DatabaseUnavailable } from '../ledger/database/database-unavailable.ts';
import { type LateReading, LeaseLost, type Pull } from '../ledger/recording/pull.ts';
import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { PullReports } from './pull-reports.ts';

/** What the late prices of one pull work with. */
export interface LatePricesOptions {
  readonly pull: Pull;
  readonly reports: PullReports;
  readonly metrics: Metrics;
  readonly log: Log;
}

/** What late prices changed. */
export interface LatePrices {
  /** Messages of closed periods that got the price that they still lacked. */
  readonly pricedLate: number;
  /** The account's revision afterwards; null when nothing was recorded. */
  readonly revision: number | null;
}

const nothing = { pricedLate: 0, revision: null } as const satisfies LatePrices;

/**
 * Asks for the reports that closed periods still wait for, and records what they say. Never throws: what cannot be
 * recorded is logged and counted, and a later pull asks again.
 */
export async function priceLate({ pull, reports, ...told }: LatePricesOptions): Promise<LatePrices> {
  const readings = await reports.readLate(pull.lateReports);
  return readings.length === 0 ? nothing : record(pull, readings, told);
}

async function record(
  pull: Pull,
  readings: readonly LateReading[],
  told: Pick<LatePricesOptions, 'metrics' | 'log'>,
): Promise<LatePrices> {
  try {
    const result = await pull.recordLate(readings);
    if (result.pricedLate > 0) told.log.info(result, 'late prices recorded');
    return result;
  } catch (error) {
    const isOut = error instanceof DatabaseUnavailable || error instanceof LeaseLost;
    if (readings.length > 1 && !isOut) return recordEach(pull, readings, told);
    told.metrics.latePriceFaults.inc();
    const reportIds = readings.map(({ reportId }) => reportId);
    told.log.error({ reportIds, err: error }, 'late prices could not be recorded');
    const hasAnswers = readings.some(({ status }) => status !== 'unread');
    if (!hasAnswers || error instanceof LeaseLost) return nothing;
    // What takes too long would do so in each pull: they wait for their next turn like those that did not answer.
    return record(pull, readings.map(toTry), told);
  }
}

function toTry({ periodId, reportId, readAtMs }: LateReading): LateReading {
  return { periodId, reportId, readAtMs, status: 'unread' };
}

/** One report whose messages cannot be priced must not keep the others from it. */
async function recordEach(
  pull: Pull,
  readings: readonly LateReading[],
  told: Pick<LatePricesOptions, 'metrics' | 'log'>,
): Promise<LatePrices> {
  let pricedLate = 0;
  let revision: number | null = null;
  for (const reading of readings) {
    const recorded = await record(pull, [reading], told);
    pricedLate += recorded.pricedLate;
    revision = recorded.revision ?? revision;
  }
  return { pricedLate, revision };
}
