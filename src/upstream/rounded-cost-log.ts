import { LRUCache } from 'lru-cache';

import type { Log } from '../telemetry/log.ts';
import type { DecodedReport } from './report-json.ts';

// Of more reports than this, some are told of again from time to time.
const maxRemembered = 10_000;

/** Logs costs that were rounded, each once: reports are read again and again. */
export class RoundedCostLog {
  readonly #log: Log;
  /** By account and report, the cost that was told of last. */
  readonly #told = new LRUCache<string, string>({ max: maxRemembered });

  constructor(log: Log) {
    this.#log = log;
  }

  note(account: string, { report, roundedFrom }: DecodedReport): void {
    const key = JSON.stringify([account, report.id]);
    if (roundedFrom === null || this.#told.get(key) === roundedFrom) return;
    this.#told.set(key, roundedFrom);
    this.#log.warn(
      { account, reportId: report.id, sent: roundedFrom, creditCost: report.creditCost.toString() },
      'credit_cost rounded to 4 decimals',
    );
  }
}
