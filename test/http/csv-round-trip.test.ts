import { parse } from 'csv-parse/sync';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { type App, startApp } from '../support/app.ts';

// Read back by a parser that is not ours, as a reader of the file would.
const csvRow = z.object({
  message_id: z.string(),
  timestamp: z.string(),
  report_name: z.string(),
  credits_used: z.string(),
});

async function readCsv(app: App, query = ''): Promise<readonly z.infer<typeof csvRow>[]> {
  const text = await (await app.get(`/usage.csv${query}`)).text();
  return z.array(csvRow).parse(parse(text, { columns: true, bom: true }));
}

const usage = z.object({
  usage: z.object({
    messages: z.object({
      nodes: z.array(
        z.object({
          id: z.string(),
          creditsUsed: z.string(),
          report: z.object({ name: z.string() }).nullable(),
        }),
      ),
    }),
  }),
});

/** What a spreadsheet may skip at a cell's start, and what it may then take for a formula. */
const unseen = [' ', '\u00A0', '\u200B', '\uFEFF', '\u2060', '\u3000', '\t', '\r', '\n', '\u0001'];
const signs = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
const formula = fc
  .tuple(
    fc.string({ unit: fc.constantFrom(...unseen), maxLength: 3 }),
    fc.constantFrom(...signs),
    fc.constantFrom('1+1', 'cmd|" /C calc"!A0', 'HYPERLINK("http://a.example","b, c")', ''),
  )
  .map((parts) => parts.join(''));
const awkward = fc.string({
  unit: fc.oneof(fc.constantFrom('"', ',', ';', '\r', '\n', "'", ...unseen), fc.string({ unit: 'grapheme' })),
  minLength: 1,
  maxLength: 12,
});
const reports = fc.array(fc.tuple(fc.oneof(awkward, formula), fc.integer({ min: 0, max: 10 ** 8 })), {
  minLength: 1,
  maxLength: 40,
});

function beginsLikeFormula(cell: string): boolean {
  let seen = cell;
  while (unseen.includes(seen.slice(0, 1)) && seen !== '') seen = seen.slice(1);
  return signs.includes(seen.slice(0, 1)) && seen !== '';
}

test('what /usage.csv sends comes back as it is, but for formulas, which are none any more', async () => {
  await fc.assert(
    fc.asyncProperty(reports, async (given) => {
      const app = await startApp({
        script(upstream) {
          const timestamp = '2024-04-29T02:08:29.375Z';
          upstream.setMessages(given.map((_, id) => ({ id, text: 'x', timestamp, report_id: id })));
          for (const [id, [name, cost]] of given.entries())
            upstream.setReport(id, { name, credit_cost: cost / 10_000 });
        },
      });
      try {
        await app.waitForRevision(1);
        const told = usage.parse(
          await app.data('{ usage { messages(first: 500) { nodes { id creditsUsed report { name } } } } }'),
        ).usage.messages.nodes;
        expect(told).toHaveLength(given.length);
        for (const rows of [await readCsv(app), await readCsv(app, '?bom=1')]) {
          expect(rows.map((row) => [row.message_id, row.credits_used])).toEqual(
            told.map(({ id, creditsUsed }) => [id, creditsUsed]),
          );
          for (const [index, { report_name: cell }] of rows.entries()) {
            const name = told[index]?.report?.name ?? '';
            // The apostrophe is a spreadsheet's own way to say "text".
            expect([name, `'${name}`]).toContain(cell);
            expect(beginsLikeFormula(cell)).toBe(false);
          }
        }
      } finally {
        await app.close();
      }
    }),
    { numRuns: 8 },
  );
}, 60_000);
