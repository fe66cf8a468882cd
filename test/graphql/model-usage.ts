import { defaultRateCard } from '../../src/billing/rate-card.ts';
import { foldPlainly, lettersOf } from '../ledger/model-texts.ts';
import { priceNaively } from '../billing/naive-rating.ts';

/** A message as the upstream's JSON has it. */
export interface UpstreamMessage {
  readonly id: number;
  readonly text: string;
  readonly timestamp: string;
  readonly report_id?: number;
}

/** What the upstream says of a report; null: something that is no report. Ids that it lacks do not exist. */
export type UpstreamReports = ReadonlyMap<
  number,
  { readonly name: string; readonly credit_cost: number } | null
>;

/** A filter as GraphQL takes it, each limit given or null. */
export interface ModelFilter {
  readonly timestamp: { readonly from: string | null; readonly to: string | null } | null;
  readonly reportIds: readonly string[] | null;
  readonly hasReport: boolean | null;
  readonly creditsUsed: { readonly min: string | null; readonly max: string | null } | null;
  readonly text: string | null;
}

/** One wish of an order, as GraphQL takes it. */
export interface ModelOrder {
  readonly field: 'TIMESTAMP' | 'CREDITS_USED' | 'REPORT_NAME';
  readonly direction: 'ASC' | 'DESC';
}

/** A message with its price, worked out plainly. */
export interface ModelMessage {
  readonly id: number;
  readonly text: string;
  readonly timestampMs: number;
  /** The report that it names, unless that does not exist. */
  readonly reportId: number | null;
  readonly reportName: string | null;
  /** In units of 1/10,000 credit; null: unpriced. */
  readonly units: bigint | null;
}

/** Prices messages in the upstream's order, by the rules read once more. */
export function priceMessages(
  messages: readonly UpstreamMessage[],
  reports: UpstreamReports,
): readonly ModelMessage[] {
  return messages.map(({ id, text, timestamp, report_id: reportId }) => {
    const message = { id, text, timestampMs: Date.parse(timestamp) };
    const report = reportId === undefined ? undefined : reports.get(reportId);
    if (reportId === undefined || report === undefined) {
      return { ...message, reportId: null, reportName: null, units: priceNaively(text, defaultRateCard) };
    }
    if (report === null) return { ...message, reportId, reportName: null, units: null };
    const units = BigInt(Math.round(report.credit_cost * 10_000));
    return { ...message, reportId, reportName: report.name, units };
  });
}

/** The messages that a filter lets through. */
export function filterMessages(
  messages: readonly ModelMessage[],
  { timestamp, reportIds, hasReport, creditsUsed, text }: ModelFilter,
): readonly ModelMessage[] {
  const from = timestamp?.from ?? null;
  const to = timestamp?.to ?? null;
  const min = creditsUsed?.min ?? null;
  const max = creditsUsed?.max ?? null;
  return messages.filter(
    (message) =>
      (from === null || message.timestampMs >= Date.parse(from)) &&
      (to === null || message.timestampMs < Date.parse(to)) &&
      (reportIds === null || reportIds.includes(String(message.reportId))) &&
      (hasReport === null || hasReport === (message.reportId !== null)) &&
      (min === null || (message.units !== null && message.units >= toUnits(min))) &&
      (max === null || (message.units !== null && message.units <= toUnits(max))) &&
      (text === null || foldPlainly(message.text).includes(foldPlainly(text))),
  );
}

/** Messages in an order; ties keep theirs, and what has no value comes last in either direction. */
export function orderMessages(
  messages: readonly ModelMessage[],
  orderBy: readonly ModelOrder[],
): readonly ModelMessage[] {
  return messages.toSorted((a, b) => {
    for (const { field, direction } of orderBy) {
      const difference = compareValues(sortableValue(a, field), sortableValue(b, field), direction);
      if (difference !== 0) return difference;
    }
    return 0;
  });
}

/** What messages come to, as GraphQL writes it. */
export function sumUp(messages: readonly ModelMessage[]): object {
  return {
    creditsUsed: formatUnits(messages.reduce((sum, { units }) => sum + (units ?? 0n), 0n)),
    messageCount: messages.length,
    unpricedCount: messages.filter(({ units }) => units === null).length,
  };
}

/** Units of 1/10,000 credit as GraphQL writes credits: with two decimals at least. */
export function formatUnits(units: bigint): string {
  const decimals = String(units % 10_000n).padStart(4, '0');
  return `${units / 10_000n}.${decimals.slice(0, 2)}${decimals.slice(2).replace(/0+$/, '')}`;
}

function toUnits(credits: string): bigint {
  const [whole = '', decimals = ''] = credits.split('.');
  return BigInt(whole + decimals.padEnd(4, '0'));
}

/** A text that sorts as the value does. */
function sortableValue(message: ModelMessage, field: ModelOrder['field']): string | null {
  switch (field) {
    case 'TIMESTAMP':
      return String(message.timestampMs).padStart(20, '0');
    case 'CREDITS_USED':
      return message.units === null ? null : String(message.units).padStart(20, '0');
    case 'REPORT_NAME':
      return message.reportName === null ? null : sortableName(message.reportName);
  }
}

/** UTF-8 sorts by code point, which the UTF-16 units of a string do not beyond U+FFFF. */
function sortableName(name: string): string {
  return `${Buffer.from(lettersOf(name)).toString('hex')} ${Buffer.from(name).toString('hex')}`;
}

function compareValues(a: string | null, b: string | null, direction: ModelOrder['direction']): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  const ascending = Number(a > b) - Number(a < b);
  return direction === 'ASC' ? ascending : -ascending;
}
