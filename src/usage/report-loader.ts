import DataLoader from 'dataloader';

import type { Report } from '../billing/report.ts';
import type { ReportReading } from '../ledger/recording/pull.ts';

/** A report of a period, or null where the upstream has no such report. Made for one request alone. */
export type ReportLoader = DataLoader<ReportKey, Report | null, string>;

/** A period's report: a closed period keeps the report that it was priced by. */
export interface ReportKey {
  readonly periodId: number;
  readonly reportId: number;
}

/**
 * Batches report reads: one ledger statement a period for all reports of a page, and an upstream call for each
 * report that the ledger never heard of. A load fails with ReportUnread when the report could not be read yet.
 */
export function createReportLoader({
  readKnown,
  readReport,
}: {
  /** Asks the ledger. */
  readonly readKnown: (periodId: number, reportIds: readonly number[]) => Promise<readonly ReportReading[]>;
  /** Asks the upstream. */
  readonly readReport: (reportId: number) => Promise<Report | null>;
}): ReportLoader {
  async function load(keys: readonly ReportKey[]): Promise<(Report | null | Error)[]> {
    const known = new Map<string, ReportReading>();
    const byPeriod = Map.groupBy(keys, (key) => key.periodId);
    await Promise.all(
      [...byPeriod].map(async ([periodId, ofPeriod]) => {
        const ids = ofPeriod.map((key) => key.reportId);
        for (const reading of await readKnown(periodId, ids)) {
          known.set(keyText({ periodId, reportId: reading.reportId }), reading);
        }
      }),
    );
    return Promise.all(keys.map((key) => answer(key, known.get(keyText(key)) ?? null)));
  }

  async function answer(
    { reportId }: ReportKey,
    reading: ReportReading | null,
  ): Promise<Report | null | Error> {
    switch (reading?.status) {
      case 'found':
        return reading.report;
      case 'missing':
        return null;
      case 'unread':
        // The sync tries again; a query does not wait for an upstream that just failed.
        return new ReportUnread({ reportId });
      case undefined:
        return readReport(reportId).catch(
          (error: unknown) => new ReportUnread({ reportId }, { cause: error }),
        );
    }
  }

  return new DataLoader(load, { cacheKeyFn: keyText });
}

/** A report could not be read yet, so that its messages have no price. */
export class ReportUnread extends Error {
  readonly reportId: number;

  constructor({ reportId }: { readonly reportId: number }, options?: ErrorOptions) {
    super(`report ${reportId} could not be read yet`, options);
    this.name = 'ReportUnread';
    this.reportId = reportId;
  }
}

function keyText({ periodId, reportId }: ReportKey): string {
  return `${periodId}/${reportId}`;
}
