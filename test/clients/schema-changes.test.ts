import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'schema-changes-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const released = `
  type Query {
    usage(periodId: ID, page: Int @deprecated(reason: "Use messages")): Usage!
    legacyUsage: Usage @deprecated(reason: "Use usage")
  }
  type Usage { credits: String! kind: Kind! }
  enum Kind { TEXT REPORT OLD @deprecated(reason: "Never sent") }
  input Filter { text: String }
`;

interface Outcome {
  readonly exitCode: number;
  readonly output: string;
}

/** Runs the check of `npm run check` over two schemas. */
async function checkChange(current: string): Promise<Outcome> {
  const paths = { released: join(folder, 'released.graphql'), current: join(folder, 'current.graphql') };
  await writeFile(paths.released, released);
  await writeFile(paths.current, current);
  const flags = ['--released', paths.released, '--current', paths.current];
  return new Promise((resolve) => {
    execFile(process.execPath, ['scripts/check-schema-changes.ts', ...flags], (error, stdout, stderr) =>
      resolve({ exitCode: error === null ? 0 : 1, output: stdout + stderr }),
    );
  });
}

test('a schema that did not change passes', async () => {
  expect(await checkChange(released)).toEqual({
    exitCode: 0,
    output: 'The schema breaks no client of the last release: 0 changes since.\n',
  });
});

test('a new field and a new optional argument pass', async () => {
  const current = released
    .replace('credits: String!', 'credits: String! messageCount: Int!')
    .replace('legacyUsage:', 'legacyUsage(at: String):');
  expect(await checkChange(current)).toMatchObject({ exitCode: 0 });
});

test('removals of what the last release deprecated pass: a field, an argument and an enum value', async () => {
  const current = released
    .replace(/, page: Int @deprecated\(.*?\)/, '')
    .replace(/legacyUsage.*/, '')
    .replace(/ OLD @deprecated\(.*?\)/, '');
  expect(current).not.toMatch(/page|legacyUsage|OLD/);
  expect(await checkChange(current)).toMatchObject({ exitCode: 0 });
});

// A deprecation counts only when clients could see it: in the released schema.
test.each([
  ['a field that goes undeprecated', 'credits: String!', '', 'Usage.credits'],
  ['a field that may now be null', 'credits: String!', 'credits: String', 'Usage.credits'],
  ['a field of another type', 'credits: String!', 'credits: Float!', 'Usage.credits'],
  ['an argument that goes undeprecated', 'periodId: ID, ', '', 'Query.usage.periodId'],
  ['a new argument that must be given', 'periodId: ID', 'periodId: ID, at: String!', 'Query.usage.at'],
  ['an enum value that goes undeprecated', 'TEXT ', '', 'Kind.TEXT'],
  ['a new input field that must be given', 'text: String', 'text: String min: Int!', 'Filter.min'],
])('%s fails and is named', async (_what, before, after, path) => {
  const current = released.replace(before, after);
  expect(current).not.toBe(released);
  const { exitCode, output } = await checkChange(current);
  expect(exitCode).toBe(1);
  expect(output).toContain(`breaks clients: ${path}: `);
});
