import { hash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';

import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { startApp } from '../support/app.ts';
import { type ClientFolder, makeClientFolder } from './compiled-client.ts';

let folder: ClientFolder;
beforeEach(async () => {
  folder = await makeClientFolder();
  await folder.write('schema/generated/graphql.ts', await readFile('schema/generated/graphql.ts', 'utf8'));
});
afterEach(() => folder.remove());

// A compiler is slow to start on a busy machine.
vi.setConfig({ testTimeout: 90_000 });

const clientPath = 'test/clients/usage-client.ts';

test('a client compiles against the generated code and reads the usage of a running service', async () => {
  await folder.write(clientPath, await readFile(clientPath, 'utf8'));
  expect(await folder.run('tsc', [])).toEqual({ exitCode: 0, output: '' });

  const app = await startApp({ upstream: null });
  await app.waitForRevision(1);
  const { exitCode, output } = await folder.run('node', [`out/${clientPath.replace('.ts', '.js')}`, app.url]);
  expect(output.split('\n')).toEqual([
    '1000     1.00 -',
    '1001     6.85 -',
    '1002    79.00 Tenant Covenants Schedule',
    '7 days',
    // 1 + 17×0.05 + (0.2 + 0.2 + 0.2) + 2×0.3 − 2 = 1.05, doubled
    'BASE 1.00, CHARACTERS 0.85, WORD_LENGTH 0.60, THIRD_VOWELS 0.60, UNIQUE_WORDS -2.00, PALINDROME 1.05',
    'TEXT 2.10',
    '',
  ]);
  expect(exitCode).toBe(0);
});

// Each breaks the client in one place.
const faults = [
  { fault: 'a field that the document does not ask for', right: 'creditsUsed', wrong: 'creditUsed' },
  { fault: 'a variable that the document does not have', right: 'timeZone:', wrong: 'zone:' },
  { fault: 'a variable of another type', right: "'UTC'", wrong: '1' },
  { fault: 'credits taken for a number', right: 'creditsUsed', wrong: 'creditsUsed * 2' },
  { fault: 'a value that may be null taken for one that may not', right: 'status', wrong: 'to.length' },
];

test('a client that misuses an answer or a variable does not compile', async () => {
  const client = `
    import { CurrentUsageDocument, DailyUsageDocument, type TypedDocumentString } from './schema/generated/graphql.ts';
    declare function execute<R, V>(document: TypedDocumentString<R, V>, variables: V): Promise<R>;
    const { usage } = await execute(CurrentUsageDocument, {});
    if (usage == null) throw new Error('there is no usage');
    console.log(usage.totals.creditsUsed, usage.period.status);
    console.log(await execute(DailyUsageDocument, { timeZone: 'UTC' }));
  `;
  await folder.write('right.ts', client);
  for (const [index, { right, wrong }] of faults.entries())
    await folder.write(`wrong-${index}.ts`, client.replace(right, wrong));
  const { output } = await folder.run('tsc', ['--noEmit']);
  const found = output.split('\n').flatMap((line) => /^([\w-]+\.ts)\(\d+,\d+\): error/.exec(line)?.[1] ?? []);
  // Each wrong one has its one fault, and the right one none.
  expect(found).toEqual(faults.map((_, index) => `wrong-${index}.ts`));
});

test('the manifest of trusted documents names each document by its SHA-256', async () => {
  const manifest: Record<string, string> = JSON.parse(
    await readFile('schema/persisted-documents.json', 'utf8'),
  );
  const entries = Object.entries(manifest);
  const names = entries.map(
    ([, document]) => /^(?:query|subscription) (\w+)/m.exec(document)?.[1] ?? document,
  );
  const files = await Promise.all(
    (await readdir('schema/operations')).map((file) => readFile(`schema/operations/${file}`, 'utf8')),
  );
  const operations = files.flatMap((file) =>
    [...file.matchAll(/^(?:query|subscription) (\w+)/gm)].map(([, name = '']) => name),
  );
  expect(operations.length).toBeGreaterThanOrEqual(files.length);
  expect(names.toSorted()).toEqual(operations.toSorted());
  for (const [id, document] of entries) expect(id).toBe(`sha256:${hash('sha256', document)}`);
});
