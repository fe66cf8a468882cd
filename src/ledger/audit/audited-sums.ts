import type { Kysely } from 'kysely';

import type { Tables } from '../database/tables.ts';
import { slotMs } from '../reading/slots.ts';
import type { Figures } from './figures.ts';

/** What the sums are made of: a message with its recomputed price. */
export interface SummedMessage {
  readonly periodId: number;
  readonly timestampMs: number;
  /** The report that set the price, or whose price it waits for; null: the text set it. */
  readonly reportId: number | null;
  /** In units; null while unpriced. */
  readonly credits: number | null;
}

type Sums = { credits: number; message_count: number; unpriced_count: number };

interface PeriodSums {
  readonly all: Sums;
  /** By slot and report, as {@link cellOf} names them. */
  readonly byCell: Map<string, Sums>;
  firstMs: number | null;
  lastMs: number | null;
}

const sumColumns = ['credits', 'message_count', 'unpriced_count'] as const;

/** The sums of one account, made anew from its messages. They take about as much memory as the tables of sums. */
export class AuditedSums {
  readonly #account: string;
  readonly #figures: Figures;
  readonly #periods = new Map<number, PeriodSums>();

  constructor(account: string, figures: Figures) {
    this.#account = account;
    this.#figures = figures;
  }

  /** Counts a message. */
  add({ periodId, timestampMs, reportId, credits }: SummedMessage): void {
    const period = this.#period(periodId);
    const slot = Math.floor(timestampMs / slotMs);
    for (const sums of [period.all, sumsOf(period.byCell, cellOf(slot, reportId))]) {
      sums.credits += credits ?? 0;
      sums.message_count += 1;
      sums.unpriced_count += credits === null ? 1 : 0;
    }
    period.firstMs = Math.min(period.firstMs ?? timestampMs, timestampMs);
    period.lastMs = Math.max(period.lastMs ?? timestampMs, timestampMs);
  }

  /** Compares all stored sums of the account with what was counted. */
  async compare(db: Kysely<Tables>): Promise<void> {
    const periods = await db
      .selectFrom('periods')
      .where('account_id', '=', this.#account)
      .select(['period_id', 'first_message_ms', 'last_message_ms', ...sumColumns])
      .orderBy('period_id')
      .execute();
    for (const { period_id: periodId, ...stored } of periods) {
      const { all, firstMs, lastMs } = this.#period(periodId);
      const recomputed = { first_message_ms: firstMs, last_message_ms: lastMs, ...all };
      this.#compareRow(`period ${periodId}`, stored, recomputed);
      await this.#compareCells(db, periodId);
    }
    const known = new Set(periods.map((row) => row.period_id));
    for (const [periodId, { all }] of this.#periods) {
      if (!known.has(periodId)) this.#compareRow(`period ${periodId}`, null, { ...all });
    }
  }

  async #compareCells(db: Kysely<Tables>, periodId: number): Promise<void> {
    const rows = await db
      .selectFrom('usage_sums')
      .where('account_id', '=', this.#account)
      .where('period_id', '=', periodId)
      .select(['slot', 'has_report', 'report_id', ...sumColumns])
      .orderBy('slot')
      .orderBy('has_report')
      .orderBy('report_id')
      .execute();
    const stored = new Map(
      rows.map(({ slot, has_report: hasReport, report_id: reportId, ...sums }) => [
        cellOf(slot, hasReport === 1 ? reportId : null),
        sums,
      ]),
    );
    const { byCell } = this.#period(periodId);
    for (const cell of new Set([...stored.keys(), ...byCell.keys()])) {
      this.#compareRow(`period ${periodId} ${cell}`, stored.get(cell) ?? null, byCell.get(cell) ?? null);
    }
  }

  #compareRow(
    row: string,
    ...figures: [Parameters<Figures['compare']>[1], Parameters<Figures['compare']>[2]]
  ): void {
    this.#figures.compare({ account: this.#account, row }, ...figures);
  }

  #period(periodId: number): PeriodSums {
    let period = this.#periods.get(periodId);
    if (period === undefined) {
      period = { all: noSums(), byCell: new Map(), firstMs: null, lastMs: null };
      this.#periods.set(periodId, period);
    }
    return period;
  }
}

function cellOf(slot: number, reportId: number | null): string {
  return `slot ${slot} ${reportId === null ? 'without a report' : `report ${reportId}`}`;
}

function sumsOf<Key>(all: Map<Key, Sums>, key: Key): Sums {
  let sums = all.get(key);
  if (sums === undefined) {
    sums = noSums();
    all.set(key, sums);
  }
  return sums;
}

function noSums(): Sums {
  return { credits: 0, message_count: 0, unpriced_count: 0 };
}
