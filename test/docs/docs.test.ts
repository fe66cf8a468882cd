import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { parse, print } from 'graphql';
import { beforeAll, expect, test } from 'vitest';

import { type App, startApp } from '../support/app.ts';
import { docs, listShownCommands, listShownFiles, listShownQueries, pages, readPage } from './docs.ts';

const queries = listShownQueries();
const commands = listShownCommands();

let app: App;
beforeAll(async () => {
  app = await startApp({ upstream: null });
  await app.waitForRevision(1);
});

test('the docs show six queries with their answers, and no query without one', () => {
  expect(queries).toHaveLength(6);
  // The one without an answer belongs to the typed client, whose own test runs it.
  const withoutAnswer = [...listShownFiles(docs).keys()].filter((name) => name.endsWith('.graphql'));
  expect(docs.match(/^```graphql$/gm)).toHaveLength(queries.length + withoutAnswer.length);
});

test.each(queries)('the answer of query $# is what the service says', async (query) => {
  const { document, variables, answer } = query;
  expect((await app.query(document, variables)).body).toEqual(answer);
});

test('the docs show every operation that clients get types for', () => {
  const shown = queries.map(({ document }) => print(parse(document)));
  const folder = 'schema/operations';
  // The dashboard's own documents are no examples to copy.
  const examples = readdirSync(folder).filter((name) => !name.startsWith('dashboard-'));
  for (const name of examples)
    expect(shown).toContain(print(parse(readFileSync(`${folder}/${name}`, 'utf8'))));
});

test('the docs show four commands with what they print', () => {
  expect(commands).toHaveLength(4);
});

test.each(commands)('$command prints what the docs say', async ({ command, output }) => {
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

test('package.json has every command that the docs speak of', () => {
  const { scripts }: { readonly scripts: Readonly<Record<string, string>> } = JSON.parse(
    readFileSync('package.json', 'utf8'),
  );
  const spoken = Array.from(docs.matchAll(/npm run (?:--silent )?([\w:]+)/g), ([, name = '']) => name);
  expect(spoken.length).toBeGreaterThan(5);
  expect(Object.keys(scripts)).toEqual(expect.arrayContaining([...new Set(spoken)]));
});

test('the README takes 8 kB at most', () => {
  expect(Buffer.byteLength(readPage('README.md'))).toBeLessThanOrEqual(8_000);
});

test.each([...pages.keys()])('each link of %s to a file of this repository leads somewhere', (path) => {
  const links = Array.from(readPage(path).matchAll(/\]\(([^)\s]+)\)/g), ([, link = '']) => link);
  const files = links.filter((link) => !/^(https?:|#)/.test(link)).map((link) => link.replace(/#.*$/, ''));
  expect(files.filter((file) => !existsSync(join(dirname(path), file)))).toEqual([]);
});

test('the README leads to every page of docs', () => {
  const readme = readPage('README.md');
  expect(
    [...pages.keys()].filter((path) => path.startsWith('docs/') && !readme.includes(`(${path})`)),
  ).toEqual([]);
});
