import { readdirSync, readFileSync } from 'node:fs';

/** The README and the pages of `docs`, by path, as their readers get them. */
export const pages: ReadonlyMap<string, string> = new Map(
  [
    'README.md',
    ...readdirSync('docs')
      .filter((name) => name.endsWith('.md'))
      .map((name) => `docs/${name}`),
  ].map((path) => [path, readFileSync(path, 'utf8')]),
);

/** All pages in one text. */
export const docs = [...pages.values()].join('\n');

/** One page. @throws when there is no such page */
export function readPage(path: string): string {
  const page = pages.get(path);
  if (page === undefined) throw new Error(`there is no page ${path}`);
  return page;
}

/** A query of the docs with what they say the answer is. */
export interface ShownQuery {
  readonly document: string;
  readonly variables: object;
  readonly answer: unknown;
}

/** All queries that an answer follows, in their order. */
export function listShownQueries(): readonly ShownQuery[] {
  const pairs = docs.matchAll(
    /```graphql\n([^`]*)```\n\n(?:Variables: `([^`\n]*)`\n\n)?```json\n([^`]*)```/g,
  );
  return Array.from(pairs, ([, document = '', variables = '{}', answer = '']) => ({
    document,
    variables: JSON.parse(variables),
    answer: JSON.parse(answer),
  }));
}

/** A command of the docs with what it prints. */
export interface ShownCommand {
  readonly command: string;
  /** Up to an ellipsis, where there is one. */
  readonly output: string;
}

/** All commands that show what they print, in their order. */
export function listShownCommands(): readonly ShownCommand[] {
  const sessions = Array.from(docs.matchAll(/```console\n([^`]*)```/g), ([, session = '']) => session);
  return sessions
    .flatMap((session) => session.split(/^\$ /m).slice(1))
    .map((step) => {
      const end = step.indexOf('\n');
      return { command: step.slice(0, end), output: step.slice(end + 1) };
    });
}

/** The files that a page tells its reader to write, by name. */
export function listShownFiles(page: string): ReadonlyMap<string, string> {
  const files = page.matchAll(/^\*\*`([\w./-]+)`\*\*\n\n```\w+\n([^]*?)^```$/gm);
  return new Map(Array.from(files, ([, name = '', content = '']) => [name, content]));
}
