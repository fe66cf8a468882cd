import { describe, expect, test } from 'vitest';
import { startApp } from '../support/app.ts';
import { testDatabases } from '../support/databases.ts';
import { tellWorkedExamples } from '../support/worked-examples.ts';

describe.each(testDatabases)('current usage on $name', (testDatabase) => {
  async function startWorkedExamples() {
    return startApp({ script: tellWorkedExamples, database: await testDatabase.open() });
  }

  test("says what each message cost, in the upstream's order", async () => {
    const app = await startWorkedExamples();
    const data = await app.data(`{
      usage {
        period { id from to status }
        totals { creditsUsed messageCount unpricedCount }
        messages {
          nodes { id timestamp reportId report { id name } creditsUsed }
          totals { creditsUsed messageCount unpricedCount }
          pageInfo { hasNextPage hasPreviousPage }
        }
      }
    }`);
    // 79 + 5.20 + 2.00 + 2.10 + 1.15 + 1.00
    const totals = { creditsUsed: '90.45', messageCount: 6, unpricedCount: 0 };
    expect(data).toEqual({
      usage: {
        period: { id: '1', from: '2024-04-29T02:08:29.375Z', to: null, status: 'OPEN' },
        totals,
        messages: {
          nodes: [
            {
              id: '1000',
              timestamp: '2024-04-29T02:08:29.375Z',
              reportId: '5392',
              report: { id: '5392', name: 'Tenant Obligations Report' },
              creditsUsed: '79.00',
            },
            // 1 + 58×0.05 + (4×0.1 + 0.2 + 3×0.3) + 6×0.3 − 2
            {
              id: '1001',
              timestamp: '2024-04-29T03:25:03.613Z',
              reportId: null,
              report: null,
              creditsUsed: '5.20',
            },
            // 1 + 0.15 + 0.1 + 0.3 − 2 = −0.45, raised to 1, doubled
            {
              id: '1003',
              timestamp: '2024-04-30T00:00:00.000Z',
              reportId: null,
              report: null,
              creditsUsed: '2.00',
            },
            // (1 + 0.75 + 0.4 + 0.9 − 2) × 2
            {
              id: '1002',
              timestamp: '2024-04-29T07:27:34.985Z',
              reportId: null,
              report: null,
              creditsUsed: '2.10',
            },
            // 1 + 0.15: its report does not exist, so the text counts
            {
              id: '1004',
              timestamp: '2024-04-30T10:00:00.000Z',
              reportId: '404404',
              report: null,
              creditsUsed: '1.15',
            },
            {
              id: '1005',
              timestamp: '2024-04-30T23:59:59.900Z',
              reportId: null,
              report: null,
              creditsUsed: '1.00',
            },
          ],
          totals,
          pageInfo: { hasNextPage: false, hasPreviousPage: false },
        },
      },
    });
    await app.close();
  });

  test('explains each price by steps that add up', async () => {
    const app = await startWorkedExamples();
    const receipt = `{ creditsUsed charge { kind credits rateCard { version } steps { rule quantity amount runningTotal } } }`;
    const data = await app.data(`{
      published: message(id: "1001") ${receipt}
      short: message(id: "1003") ${receipt}
      report: message(id: "1000") ${receipt}
      empty: message(id: "1005") ${receipt}
      card: rateCard { version }
    }`);
    const rateCard = { version: expect.any(String) };
    expect(data).toEqual({
      published: {
        creditsUsed: '5.20',
        charge: {
          kind: 'TEXT',
          credits: '5.20',
          rateCard,
          steps: [
            { rule: 'BASE', quantity: 1, amount: '1.00', runningTotal: '1.00' },
            { rule: 'CHARACTERS', quantity: 58, amount: '2.90', runningTotal: '3.90' },
            { rule: 'WORD_LENGTH', quantity: 8, amount: '1.50', runningTotal: '5.40' },
            { rule: 'THIRD_VOWELS', quantity: 6, amount: '1.80', runningTotal: '7.20' },
            { rule: 'UNIQUE_WORDS', quantity: 1, amount: '-2.00', runningTotal: '5.20' },
          ],
        },
      },
      short: {
        creditsUsed: '2.00',
        charge: {
          kind: 'TEXT',
          credits: '2.00',
          rateCard,
          steps: [
            { rule: 'BASE', quantity: 1, amount: '1.00', runningTotal: '1.00' },
            { rule: 'CHARACTERS', quantity: 3, amount: '0.15', runningTotal: '1.15' },
            { rule: 'WORD_LENGTH', quantity: 1, amount: '0.10', runningTotal: '1.25' },
            { rule: 'THIRD_VOWELS', quantity: 1, amount: '0.30', runningTotal: '1.55' },
            { rule: 'UNIQUE_WORDS', quantity: 1, amount: '-2.00', runningTotal: '-0.45' },
            { rule: 'MINIMUM', quantity: 1, amount: '1.45', runningTotal: '1.00' },
            { rule: 'PALINDROME', quantity: 1, amount: '1.00', runningTotal: '2.00' },
          ],
        },
      },
      report: {
        creditsUsed: '79.00',
        charge: {
          kind: 'REPORT',
          credits: '79.00',
          rateCard,
          steps: [{ rule: 'REPORT', quantity: 1, amount: '79.00', runningTotal: '79.00' }],
        },
      },
      empty: {
        creditsUsed: '1.00',
        charge: {
          kind: 'TEXT',
          credits: '1.00',
          rateCard,
          steps: [{ rule: 'BASE', quantity: 1, amount: '1.00', runningTotal: '1.00' }],
        },
      },
      card: rateCard,
    });
    await app.close();
  });

  test('knows no message of an id that is no whole number in its shortest spelling', async () => {
    const app = await startWorkedExamples();
    const odd = ['9', '01000', '1e3', '1000.0', ' 1000', '', '-0', '9007199254740993', "1000'--", '💥'];
    const found = await Promise.all(
      odd.map((id) => app.data('query ($id: ID!) { message(id: $id) { id } }', { id })),
    );
    expect(found).toEqual(odd.map(() => ({ message: null })));
    expect(await app.data('{ message(id: 1000) { id } }')).toEqual({ message: { id: '1000' } });
    await app.close();
  });

  test('gives the default rate card', async () => {
    const app = await startWorkedExamples();
    const data = await app.data(`{
      rateCard {
        base perCharacter shortWord mediumWord longWord thirdVowel
        lengthPenalty lengthThreshold uniqueWordsBonus minimum palindromeFactor
      }
    }`);
    expect(data).toEqual({
      rateCard: {
        base: '1.00',
        perCharacter: '0.05',
        shortWord: '0.10',
        mediumWord: '0.20',
        longWord: '0.30',
        thirdVowel: '0.30',
        lengthPenalty: '5.00',
        lengthThreshold: 100,
        uniqueWordsBonus: '2.00',
        minimum: '1.00',
        palindromeFactor: 2,
      },
    });
    await app.close();
  });

  test('sets invalid messages aside and counts the others', async () => {
    const at = '2024-04-29T02:08:29.375Z';
    const app = await startApp({
      database: await testDatabase.open(),
      script: (upstream) =>
        upstream.setMessages([
          { id: 1, text: '123', timestamp: at },
          { id: 2, text: 17, timestamp: at },
          { id: 'three', text: 'x', timestamp: at },
          { id: 4, text: 'x', timestamp: 'yesterday' },
          null,
          { id: 6, text: '123', timestamp: at, unknown: { field: true } },
        ]),
    });
    expect(
      await app.data('{ usage { totals { creditsUsed messageCount } messages { nodes { id } } } }'),
    ).toEqual({
      usage: {
        totals: { creditsUsed: '2.30', messageCount: 2 }, // 1.15 + 1.15
        messages: { nodes: [{ id: '1' }, { id: '6' }] },
      },
    });
    await app.close();
  });
});
