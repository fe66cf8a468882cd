import { expect } from 'vitest';
import { z } from 'zod';
import type { App } from '../support/app.ts';
import { formatUnits, type ModelFilter, type ModelMessage, sumUp } from './model-usage.ts';
import { periodMs, type RandomQuery } from './random-usage.ts';

const totalsFields = '{ creditsUsed messageCount unpricedCount }';
const reportFields = `{ report { id name } creditCost totals ${totalsFields} }`;
const windowFields = `{ from to totals ${totalsFields} byReport ${reportFields} }`;
const sumsDocument = `query ($filter: MessageFilter, $size: WindowSize!, $timeZone: TimeZone!, $weekStart: Weekday!, $from: DateTime!, $to: DateTime!) {
  usage {
    totals(filter: $filter) ${totalsFields}
    windows(size: $size, timeZone: $timeZone, weekStart: $weekStart, filter: $filter) ${windowFields}
    byReport(filter: $filter) ${reportFields}
  }
  history(from: $from, to: $to, size: $size, timeZone: $timeZone, weekStart: $weekStart) ${windowFields}
}`;

const byReport = z.array(
  z.object({
    report: z.object({ id: z.string(), name: z.string() }).nullable(),
    creditCost: z.string().nullable(),
    totals: z.looseObject({ creditsUsed: z.string() }),
  }),
);
const windows = z.array(z.object({ from: z.string(), to: z.string(), totals: z.unknown(), byReport }));
const sums = z.object({
  usage: z.object({ totals: z.unknown(), windows, byReport }),
  history: windows,
});

/** Totals, windows and reports each hold every message once; the history holds those of all periods. */
export async function expectSums(
  app: App,
  { size, timeZone, weekStart }: RandomQuery,
  filter: ModelFilter,
  {
    found,
    period,
    all,
  }: {
    readonly found: readonly ModelMessage[];
    readonly period: readonly ModelMessage[];
    readonly all: readonly ModelMessage[];
  },
): Promise<void> {
  const [first, last] = [Math.min(...period.map(timeOf)), Math.max(...period.map(timeOf))];
  const fromMs = parseTime(filter.timestamp?.from) ?? first;
  const toMs = parseTime(filter.timestamp?.to) ?? last + 1;
  // The history reaches back into the period before.
  const [from, to] = [
    new Date(fromMs - 2 * periodMs).toISOString(),
    new Date(Math.max(fromMs, toMs)).toISOString(),
  ];
  const variables = { filter, size, timeZone, weekStart, from, to };
  const { usage, history } = sums.parse(await app.data(sumsDocument, variables));
  expect(usage.totals).toEqual(sumUp(found));
  expectWindows(usage.windows, found, { fromMs, toMs, size, timeZone });
  expectReports(usage.byReport, found);
  const span = { fromMs: Date.parse(from), toMs: Date.parse(to) };
  const inSpan = all.filter((message) => timeOf(message) >= span.fromMs && timeOf(message) < span.toMs);
  expectWindows(history, inSpan, { ...span, size, timeZone });
}

function expectWindows(
  given: z.infer<typeof windows>,
  messages: readonly ModelMessage[],
  {
    fromMs,
    toMs,
    size,
    timeZone,
  }: Pick<RandomQuery, 'size' | 'timeZone'> & { readonly fromMs: number; readonly toMs: number },
): void {
  let counted = 0;
  for (const [index, { from, to, totals, byReport: reports }] of given.entries()) {
    const inside = messages.filter(
      (message) => timeOf(message) >= Date.parse(from) && timeOf(message) < Date.parse(to),
    );
    counted += inside.length;
    expect(totals).toEqual(sumUp(inside));
    expectReports(reports, inside);
    expect(given[index + 1]?.from ?? to, 'no gap').toBe(to);
    if (size === 'DAY') expectLocalMidnight(from, timeZone);
  }
  expect(counted, 'the windows hold all').toBe(messages.length);
  // The whole span is there, and no window beyond it.
  expect(given).toHaveLength(fromMs < toMs ? Math.max(1, given.length) : 0);
  if (fromMs >= toMs) return;
  expect(Date.parse(given[0]?.from ?? '')).toBeLessThanOrEqual(fromMs);
  expect(Date.parse(given[0]?.to ?? '')).toBeGreaterThan(fromMs);
  expect(Date.parse(given.at(-1)?.from ?? '')).toBeLessThan(toMs);
  expect(Date.parse(given.at(-1)?.to ?? '')).toBeGreaterThanOrEqual(toMs);
}

function expectReports(given: z.infer<typeof byReport>, messages: readonly ModelMessage[]): void {
  const modelled = [
    ...Map.groupBy(messages, ({ reportId, reportName }) => (reportName === null ? null : reportId)),
  ].map(([id, ofReport]) => ({
    report: id === null ? null : { id: String(id), name: ofReport[0]?.reportName },
    creditCost: id === null ? null : formatUnits(ofReport[0]?.units ?? 0n),
    totals: sumUp(ofReport),
  }));
  expect(given).toHaveLength(modelled.length);
  expect(given).toEqual(expect.arrayContaining(modelled));
  const credits = given.map(({ totals }) => Number(totals.creditsUsed));
  expect(credits, 'dearest first').toEqual(credits.toSorted((a, b) => b - a));
}

function timeOf({ timestampMs }: ModelMessage): number {
  return timestampMs;
}

function parseTime(text: string | null | undefined): number | null {
  return text === null || text === undefined ? null : Date.parse(text);
}

function expectLocalMidnight(instant: string, timeZone: string): void {
  const local = new Intl.DateTimeFormat('en-GB', { timeZone, timeStyle: 'medium' }).format(
    Date.parse(instant),
  );
  expect(local).toBe('00:00:00');
}
