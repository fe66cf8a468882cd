import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type App, startApp } from '../support/app.ts';
import { testDatabases } from '../support/databases.ts';

/** So many characters of a script, in an order that no compression shortens. */
function scramble(firstCodePoint: number, range: number, count: number, seed: number): string {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return String.fromCodePoint(firstCodePoint + (Math.floor(state / 65_536) % range));
  }).join('');
}

// 1,000 characters are the most that a report's name may have.
const names = [
  ['CJK, three bytes each', scramble(0x4e00, 20_000, 1_000, 7)],
  ['CJK of extension B, four bytes each', scramble(0x20000, 40_000, 1_000, 7)],
  ['Hangul, which falls into letters', scramble(0xac00, 11_000, 1_000, 7)],
  ['ligatures, which fall into many letters', '\uFDFA'.repeat(1_000)],
] as const;

describe.each(testDatabases)('on $name', (testDatabase) => {
  test.each(names)('a report name of 1,000 characters is recorded and sorted: %s', async (_what, name) => {
    const earlier = name.replace(/^./u, 'A');
    // Alike for longer than an index takes.
    const twin = name.replace(/.$/u, '0');
    const app = await startApp({
      database: await testDatabase.open(),
      script(upstream) {
        const timestamp = '2024-04-29T02:08:29.375Z';
        upstream.setMessages([1, 2, 3, 4].map((id) => ({ id, text: 'x', timestamp, report_id: id })));
        upstream.setReport(1, { name, credit_cost: 3 });
        upstream.setReport(2, { name: 'Abstract', credit_cost: 2 });
        upstream.setReport(3, { name: twin, credit_cost: 1 });
        upstream.setReport(4, { name: earlier, credit_cost: 1 });
      },
    });
    await app.waitForRevision(1);
    const rising = await readNames(app, 'ASC');
    expect(rising.slice(0, 2)).toEqual(['Abstract', earlier]);
    expect(new Set(rising.slice(2))).toEqual(new Set([name, twin]));
    expect(await readNames(app, 'DESC')).toEqual(rising.toReversed());
    await app.close();
  });
});

const answer = z.object({
  usage: z.object({
    messages: z.object({
      nodes: z.array(z.object({ report: z.object({ name: z.string() }) })),
      pageInfo: z.object({ endCursor: z.string(), hasNextPage: z.boolean() }),
    }),
  }),
});

/** Page by page, so that a cursor has to hold each name. */
async function readNames(app: App, direction: 'ASC' | 'DESC'): Promise<readonly string[]> {
  const names: string[] = [];
  for (let after: string | null = null, more = true; more;) {
    const { usage }: z.infer<typeof answer> = answer.parse(
      await app.data(
        `query ($after: String) { usage { messages(first: 1, after: $after, orderBy: [{ field: REPORT_NAME, direction: ${direction} }]) {
          nodes { report { name } } pageInfo { endCursor hasNextPage }
        } } }`,
        { after },
      ),
    );
    const { nodes, pageInfo } = usage.messages;
    names.push(...nodes.map(({ report }) => report.name));
    [after, more] = [pageInfo.endCursor, pageInfo.hasNextPage];
  }
  return names;
}
