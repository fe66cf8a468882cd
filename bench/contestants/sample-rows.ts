import { Credits, parsePrice } from '../../src/billing/credits.ts';
import { priceMessage } from '../../src/billing/price.ts';
import { defaultRateCard } from '../../src/billing/rate-card.ts';
import { measureText } from '../../src/billing/text-measure.ts';
import messages from '../../src/sample/current-period.json' with { type: 'json' };
import reportRows from '../../src/sample/reports.json' with { type: 'json' };

/** A message of the sample, in memory: the peers are spared a database. */
export interface Row {
  readonly id: number;
  readonly timestampMs: number;
  readonly text: string;
  readonly reportId: number | null;
}

/** A report of the sample. */
export interface ReportRow {
  readonly id: number;
  readonly name: string;
  readonly creditCost: Credits;
}

/** The sample's messages, in order. */
export const rows: readonly Row[] = messages.messages.map(({ id, timestamp, text, report_id }) => ({
  id,
  timestampMs: Date.parse(timestamp),
  text,
  reportId: report_id ?? null,
}));

/** The sample's reports. */
export const reports: ReadonlyMap<number, ReportRow> = new Map(
  reportRows.map(({ id, name, credit_cost }) => [id, { id, name, creditCost: parsePrice(credit_cost) }]),
);

/** What a message costs: the functions of `src/billing`, for every contestant alike. */
export function creditsOf({ text, reportId }: Row): Credits {
  const report = reportId === null ? undefined : reports.get(reportId);
  const answer = report === undefined ? null : ({ status: 'found', report } as const);
  return priceMessage(measureText(text), answer, defaultRateCard) ?? Credits.zero;
}

/** The part of the schema that the measured query needs. */
export const typeDefs = `
  scalar DateTime
  scalar Credits
  type Query { usage: Usage! }
  type Usage { messages(first: Int): MessageConnection! }
  type MessageConnection { nodes: [Message!]! }
  type Message { id: ID! timestamp: DateTime! creditsUsed: Credits report: Report }
  type Report { id: ID! name: String! creditCost: Credits! }
`;

/** The measured query. */
export const query =
  '{ usage { messages(first: 110) { nodes { id timestamp creditsUsed report { id name } } } } }';
