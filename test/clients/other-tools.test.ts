import { spawnSync } from 'node:child_process';
import { getIntrospectionQuery } from 'graphql';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type App, startApp } from '../support/app.ts';
import { type ClientFolder, makeClientFolder } from './compiled-client.ts';

// Tools that read the schema by introspection, and are stricter than GraphQL's own about what they find there.
let app: App;
let folder: ClientFolder;
beforeEach(async () => {
  app = await startApp({ upstream: null });
  await app.waitForRevision(1);
  folder = await makeClientFolder();
});
afterEach(async () => {
  await app.close();
  await folder.remove();
});

const genqlClient = `
import { createClient } from './gen/index.ts';

const client = createClient();
const { estimate } = await client.query({
  estimate: {
    __args: { input: { text: 'Are there any restrictions on alterations or improvements?' } },
    credits: true,
    steps: { rule: true, amount: true },
  },
});
console.log(estimate?.credits, estimate?.steps.map(({ rule }) => rule).join());
`;

test('genql makes a client of the running service, which asks it', async () => {
  const made = await folder.run('genql', ['--endpoint', `${app.url}/graphql`, '--output', 'gen', '--esm']);
  expect(made).toMatchObject({ exitCode: 0 });
  await folder.write('main.ts', genqlClient);
  expect(await folder.run('tsx', ['main.ts'])).toEqual({
    exitCode: 0,
    output: '5.20 BASE,CHARACTERS,WORD_LENGTH,THIRD_VOWELS,UNIQUE_WORDS\n',
  });
});

// Runs with graphql-core 2 and 3.
const pythonClient = `
import json, sys
from graphql import build_client_schema, parse, print_schema, validate
schema = build_client_schema(json.load(sys.stdin)["data"])
document = "query Q($f: MessageFilter) { usage { totals(filter: $f) { creditsUsed } } estimate(input: { text: \\"a\\" }) { credits } }"
print(validate(schema, parse(document)), "type Usage {" in print_schema(schema))
`;

const hasPython = spawnSync('python3', ['-c', 'import graphql']).status === 0;
test.runIf(hasPython)("Python's graphql-core reads the schema, and checks queries by it", async () => {
  const { body } = await app.query(getIntrospectionQuery({ oneOf: true, specifiedByUrl: true }));
  const run = spawnSync('python3', ['-c', pythonClient], { input: JSON.stringify(body), encoding: 'utf8' });
  expect([run.stderr, run.stdout]).toEqual(['', '[] True\n']);
});
