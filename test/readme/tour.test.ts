import { readdirSync, readFileSync } from 'node:fs';

import { parse, print } from 'graphql';
import { beforeAll, expect, test } from 'vitest';

import { settingsSchema } from '../../src/settings.ts';
import { type App, startApp } from '../support/app.ts';
import { listReadmeCommands, listReadmeFiles, listReadmeQueries, readme } from './readme.ts';

const queries = listReadmeQueries();
const commands = listReadmeCommands();

let app: App;
beforeAll(async () => {
  app = await startApp({ upstream: null });
  await app.waitForRevision(1);
});

test('the tour has six queries with their answers, and no query without one', () => {
  expect(queries).toHaveLength(6);
  // The one without an answer belongs to the typed client, whose own test runs it.
  const withoutAnswer = [...listReadmeFiles().keys()].filter((name) => name.endsWith('.graphql'));
  expect(readme.match(/^```graphql$/gm)).toHaveLength(queries.length + withoutAnswer.length);
});

test.each(queries)('the answer of tour query $# is what the service says', async (query) => {
  const { document, variables, answer } = query;
  expect((await app.query(document, variables)).body).toEqual(answer);
});

test('the README shows every operation that clients get types for', () => {
  const shown = queries.map(({ document }) => print(parse(document)));
  const folder = 'schema/operations';
  for (const name of readdirSync(folder))
    expect(shown).toContain(print(parse(readFileSync(`${folder}/${name}`, 'utf8'))));
});

test('the README shows four commands with what they print', () => {
  expect(commands).toHaveLength(4);
});

test.each(commands)('$command prints what the README says', async ({ command, output }) => {
  const path = /http:\/\/127\.0\.0\.1:4000(\/\S*)/.exec(command)?.[1];
  const body = /-d '([^']*)'/.exec(command)?.[1];
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(
    `${app.url}${path}`,
    body === undefined ? {} : { method: 'POST', body, headers },
  );
  const printed = (await response.text()).replaceAll('\r\n', '\n').trimEnd();
  const [start = '', ...rest] = output.trimEnd().split('…');
  expect(rest.length > 0 ? printed.slice(0, start.length) : printed).toBe(start);
});

test('the README names every setting, and none that does not exist', () => {
  const tables = readme.slice(readme.indexOf('## Settings'), readme.indexOf('## Errors'));
  const named = Array.from(tables.matchAll(/^\| ([^|]*) \|/gm), ([, cell = '']) => cell)
    .flatMap((cell) => cell.match(/[A-Z][A-Z0-9_]+/g) ?? [])
    .toSorted();
  expect(named).toEqual(Object.keys(settingsSchema.shape).toSorted());
});

test('the README names every command of package.json that it speaks of', () => {
  const { scripts }: { readonly scripts: Readonly<Record<string, string>> } = JSON.parse(
    readFileSync('package.json', 'utf8'),
  );
  const spoken = Array.from(readme.matchAll(/npm run (?:--silent )?([\w:]+)/g), ([, name = '']) => name);
  expect(spoken.length).toBeGreaterThan(5);
  expect(Object.keys(scripts)).toEqual(expect.arrayContaining([...new Set(spoken)]));
});
