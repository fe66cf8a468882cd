import DataLoader from 'dataloader';

import type { Report, ReportAnswer } from '../billing/report.ts';
import type { ReportReading } from '../ledger/recording/pull.ts';

/** What the upstream said of a period's reports. Made for one request alone. */
export type ReportLoader = DataLoader<ReportKey, ReportAnswer, string>;

/** A period's report: a closed period keeps the report that it was priced by. */
export interface ReportKey {
  readonly periodId: number;
  readonly reportId: number;
}

/**
 * Batches report reads: one ledger statement a period for all reports of a page, and an upstream call for each
 * report that the ledger never heard of. A load fails with ReportUnread when that call does.
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
  async function load(keys: readonly ReportKey[]): Promise<(ReportAnswer | Error)[]> {
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
    // One that could not be read is the sync's to try again; a query does not wait for an upstream that just failed.
    return Promise.all(keys.map(async (key) => known.get(keyText(key)) ?? ask(key)));
  }

  async function ask({ reportId }: ReportKey): Promise<ReportAnswer | Error> {
    try {
      const report = await readReport(reportId);
      return report === null ? { status: 'missing' } : { status: 'found', report };
    } catch (cause) {
      return new ReportUnread({ reportId }, { cause });
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
