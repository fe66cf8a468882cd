import { globSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type DocumentNode, execute, type ExecutionResult, getOperationAST, parse, validate } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defaultRateCard } from '../../src/billing/rate-card.ts';
import { createOperationCompiler } from '../../src/graphql/compiled-operation.ts';
import { createExecutor } from '../../src/graphql/executor.ts';
import { createSchema } from '../../src/graphql/schema.ts';
import { openDatabase } from '../../src/ledger/database/database.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { createUpstream } from '../../src/upstream/upstream.ts';
import { Sync } from '../../src/sync/sync.ts';
import { UsageReader } from '../../src/usage/usage-reader.ts';
import { Random } from '../simulation/random.ts';
import { type ScriptedUpstream, startScriptedUpstream } from '../support/scripted-upstream.ts';
import { randomRequest } from './random-documents.ts';

const schema = createSchema();
const executor = createExecutor(schema);
const compile = createOperationCompiler(schema);
const now = (): Date => new Date('2024-05-03T00:00:00.000Z');
let upstream: ScriptedUpstream;
let ledger: Ledger;
let openContext: () => object;

beforeAll(async () => {
  upstream = await startScriptedUpstream();
  upstream.setReport(5392, { name: 'Tenant Obligations Report', credit_cost: 79 });
  upstream.setReport(1124, { name: 'Short Lease Report', credit_cost: 15.5 });
  upstream.setReport(7, (response) => response.writeHead(500).end());
  upstream.setMessages([
    { id: 1000, text: 'orbital latibro', timestamp: '2024-04-29T02:08:29.375Z', report_id: 5392 },
    { id: 1001, text: 'aba', timestamp: '2024-04-29T03:25:03.613Z' },
    { id: 1002, text: 'The tenant’s “café”', timestamp: '2024-04-29T23:59:59.999+02:00', report_id: 404 },
    { id: 1003, text: 'Not priced yet', timestamp: '2024-05-01T00:00:00.000Z', report_id: 7 },
    { id: 1004, text: '', timestamp: '2024-05-01T10:00:00.000Z', report_id: 1124 },
    { id: 1005, text: 'Last one?', timestamp: '2024-05-02T10:00:00.000Z', report_id: 1124 },
  ]);
  const log = createLog('silent');
  const metrics = createMetrics();
  ledger = new Ledger({ database: openDatabase('memory:'), now });
  await ledger.migrate();
  const { url } = upstream;
  const vendor = createUpstream({ baseUrl: url, timeoutMs: 2_000, maxBytes: 1e6, log, metrics, now });
  const pulls = { reportMaxAgeMs: 1e9, reportsTimeoutMs: 2_000, intervalMs: 1e6, firstPullTimeoutMs: 5_000 };
  const common = { ledger, upstream: vendor, rateCard: defaultRateCard, now };
  const sync = new Sync({ ...common, ...pulls, log, metrics });
  await sync.pullFirst('default');
  const reader = new UsageReader({ ...common, sync, staleAfterMs: 1e12 });
  openContext = () => ({ session: reader.openSession('default') });
});

afterAll(async () => {
  await ledger.close();
  await upstream.close();
});

/** An answer as clients would see it, before the error formatter. */
function toBytes({ data, errors, extensions }: ExecutionResult): string {
  return JSON.stringify({ data, errors, extensions });
}

/**
 * Asks graphql-js, and the executor twice: the second time it has compiled what it ever compiles. Where several errors
 * race to null the same answer, graphql-js itself tells another one once the session has read what it needs: that
 * answer is right too.
 */
async function expectSameAnswer(
  document: DocumentNode,
  variables: Readonly<Record<string, unknown>>,
): Promise<ExecutionResult & { readonly byExecutor: boolean }> {
  const contextValue = openContext();
  let byExecutor = false;
  const args = { schema, document, variableValues: variables, contextValue };
  const expected = await execute(args);
  const right = expected.errors === undefined ? [expected] : [expected, await execute(args)];
  for (const _ of ['first use', 'compiled']) {
    const context = openContext();
    const data = await executor({ document, operationName: null, variables, context });
    byExecutor = data !== null;
    const answer = data === null ? await execute({ ...args, contextValue: context }) : { data };
    if (expected.errors !== undefined && !right.map(toBytes).includes(toBytes(answer))) {
      // What an error cut off goes on: once all is read, yet another error may come first.
      await sleep(50);
      right.push(await execute(args));
    }
    expect(right.map(toBytes)).toContain(toBytes(answer));
  }
  return { ...expected, byExecutor };
}

describe('the executor', () => {
  test('answers every document of the tests, the docs and the operations as graphql-js does', async () => {
    const files = [
      ...globSync('test/**/*.ts'),
      ...globSync('{README.md,docs/*.md,schema/operations/*.graphql}'),
    ];
    const documents = new Set(files.flatMap((file) => findDocuments(readFileSync(file, 'utf8'))));
    let answered = 0;
    for (const text of documents) {
      const document = parse(text);
      if (validate(schema, document).length > 0 || getOperationAST(document, null) == null) continue;
      await expectSameAnswer(document, {});
      answered += 1;
    }
    expect(answered).toBeGreaterThan(25);
  });

  test('answers thousands of random documents as graphql-js does', async () => {
    const counts = { valid: 0, compiled: 0, compiledAndWhole: 0, byExecutor: 0 };
    for (let seed = 0; seed < 5_000; seed++) {
      const { document: text, variables } = randomRequest(schema, new Random(seed));
      const document = parse(text);
      const operation = getOperationAST(document, null);
      if (validate(schema, document).length > 0 || operation == null) continue;
      counts.valid += 1;
      const { errors, byExecutor } = await expectSameAnswer(document, variables).catch((error: unknown) => {
        throw new Error(`seed ${seed}: ${text} with ${JSON.stringify(variables)}`, { cause: error });
      });
      if (compile(document, operation) === null) continue;
      counts.compiled += 1;
      if (errors !== undefined) continue;
      counts.compiledAndWhole += 1;
      if (byExecutor) counts.byExecutor += 1;
    }
    // Otherwise it would compare graphql-js with itself.
    expect(counts.compiledAndWhole).toBeGreaterThan(400);
    expect(counts.byExecutor).toBe(counts.compiledAndWhole);
  }, 120_000);

  test('never turns text of a client into code', async () => {
    const mark = '__MAGIC_DATE__33a9e76d_02e0_4128_8e92_3530ad3da74d';
    const document = parse(
      `{ usage { totals(filter: { text: "${mark}globalThis.wasRun = true" }) { messageCount } } }`,
    );
    await expectSameAnswer(document, {});
    expect(Reflect.get(globalThis, 'wasRun')).toBe(undefined);
  });
});

/** The texts in back quotes, quotes and fences that parse as GraphQL documents. */
function findDocuments(source: string): readonly string[] {
  const texts = [
    source,
    ...[...source.matchAll(/`([^`$]*)`/g), ...source.matchAll(/'([^'\n]*)'/g)].map((match) => match[1] ?? ''),
    ...[...source.matchAll(/```graphql\n([^`]*)```/g)].map((match) => match[1] ?? ''),
  ];
  return texts.filter((text) => {
    if (!/^\s*(#|\{|query\b|fragment\b)/.test(text)) return false;
    try {
      parse(text);
      return true;
    } catch {
      return false;
    }
  });
}
