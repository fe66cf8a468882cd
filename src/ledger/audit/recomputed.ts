import { hash } from 'node:crypto';

import { Credits } from '../../billing/credits.ts';
import { findPriceSource, priceMessage } from '../../billing/price.ts';
import type { RateCard } from '../../billing/rate-card.ts';
import type { ReportAnswer } from '../../billing/report.ts';
import { measureText, measureVersion } from '../../billing/text-measure.ts';
import { toMeasure, toMeasureRow } from '../database/message-columns.ts';
import type { AuditedHistory, AuditedMessage, AuditedText } from './audited-rows.ts';
import type { Figure } from './figures.ts';

/** Figures by their columns. */
export type FigureRow = Readonly<Record<string, Figure>>;

/** What was found out of a text when it was recorded, found out anew. */
export function recomputeText(row: AuditedText): FigureRow {
  const textSha256 = { text_sha256: hash('sha256', row.text, 'hex') };
  // Another measuring code may count otherwise: what it counted stands.
  return row.measure_version === measureVersion
    ? { ...textSha256, ...toMeasureRow(measureText(row.text)) }
    : textSha256;
}

/** What a message costs by its measure, its report and its card. Credits that an upgrade kept are not worked out. */
export function recomputePrice(
  row: AuditedMessage,
  card: RateCard | null,
): { readonly credits: number | null; readonly report_name: string | null } {
  if (row.credits_kept === 1) return { credits: row.credits, report_name: row.report_name };
  const answer = toAnswer(row);
  const source = findPriceSource(answer);
  return {
    credits: priceOrNull(row, answer, card),
    report_name: source?.kind === 'REPORT' ? source.report.name : null,
  };
}

/** What a message cost before it was amended or withdrawn. */
export function recomputeOldPrice(row: AuditedHistory, card: RateCard | null): FigureRow {
  if (row.credits_kept === 1) return {};
  if (row.report_name !== null) return { credits: row.report_cost };
  // Nothing tells of a reading of long ago that a message was unpriced by.
  return row.credits === null ? {} : { credits: priceOrNull(row, null, card) };
}

function toAnswer(row: AuditedMessage): ReportAnswer | null {
  const { report_id: id, status, name, credit_cost: cost } = row;
  if (id === null) return null;
  if (status === 'found' && name !== null && cost !== null)
    return { status, report: { id, name, creditCost: Credits.fromUnits(cost) } };
  return { status: status === 'missing' ? 'missing' : 'unread' };
}

/** In units; null where there is no price, or none that is exact. */
function priceOrNull(row: AuditedText, answer: ReportAnswer | null, card: RateCard | null): number | null {
  if (card === null) return null;
  try {
    return priceMessage(toMeasure(row), answer, card)?.units ?? null;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
