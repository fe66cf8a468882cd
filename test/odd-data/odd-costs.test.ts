import { expect, it } from 'vitest';
import { z } from 'zod';
import { startApp } from '../support/app.ts';

// As the body holds them, what they charge, and whether that is less than was sent.
const costs = [
  ['79', '79.00', false],
  ['"79"', '79.00', false],
  ['7.9e1', '79.00', false],
  ['"1.55E1"', '15.50', false],
  ['0.30000000000000004', '0.30', true],
  ['2.00005', '2.0001', true],
  ['"2.00004999999999999999999"', '2.00', true],
  ['1e-9', '0.00', true],
] as const;

const charges = z.object({
  usage: z.object({
    totals: z.object({ creditsUsed: z.string(), unpricedCount: z.number() }),
    messages: z.object({
      nodes: z.array(
        z.object({
          creditsUsed: z.string(),
          charge: z.object({ steps: z.array(z.object({ rule: z.string(), amount: z.string() })) }),
        }),
      ),
    }),
  }),
});

it('costs of reports are read as vendors write them, and rounded to 4 decimals', async () => {
  const app = await startApp({
    // Each report is read again with each pull.
    settings: { REPORT_MAX_AGE_MS: '1' },
    script: (upstream) => {
      upstream.setMessages(
        costs.map((_, place) => ({
          id: String(1 + place),
          text: 'rent',
          timestamp: '2024-04-29 02:00:00+00',
          report_id: String(10 + place),
        })),
      );
      for (const [place, [json]] of costs.entries()) {
        upstream.setReport(10 + place, (response) =>
          response.end(`\uFEFF{"id":"${10 + place}","name":"Lease Report","credit_cost":${json}}`),
        );
      }
    },
  });
  await app.waitForPull();
  const { usage } = charges.parse(
    await app.data(`{ usage { totals { creditsUsed unpricedCount }
      messages { nodes { creditsUsed charge { steps { rule amount } } } } } }`),
  );
  expect(usage.messages.nodes).toEqual(
    costs.map(([, credits]) => ({
      creditsUsed: credits,
      charge: { steps: [{ rule: 'REPORT', amount: credits }] },
    })),
  );
  // 3 × 79 + 15.5 + 0.3 + 2.0001 + 2
  expect(usage.totals).toEqual({ creditsUsed: '256.8001', unpricedCount: 0 });
  await app.close();
});
