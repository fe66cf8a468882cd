import { readFileSync } from 'node:fs';

/** The README as its readers get it. */
export const readme = readFileSync('README.md', 'utf8');

/** A query of the README with what it says the answer is. */
export interface ReadmeQuery {
  readonly document: string;
  readonly variables: object;
  readonly answer: unknown;
}

/** All queries that an answer follows, in their order. */
export function listReadmeQueries(): readonly ReadmeQuery[] {
  const pairs = readme.matchAll(
    /```graphql\n([^`]*)```\n\n(?:Variables: `([^`\n]*)`\n\n)?```json\n([^`]*)```/g,
  );
  return Array.from(pairs, ([, document = '', variables = '{}', answer = '']) => ({
    document,
    variables: JSON.parse(variables),
    answer: JSON.parse(answer),
  }));
}

/** A command of the README with what it prints. */
export interface ReadmeCommand {
  readonly command: string;
  /** Up to an ellipsis, where there is one. */
  readonly output: string;
}

/** All commands that show what they print, in their order. */
export function listReadmeCommands(): readonly ReadmeCommand[] {
  const sessions = Array.from(readme.matchAll(/```console\n([^`]*)```/g), ([, session = '']) => session);
  return sessions
    .flatMap((session) => session.split(/^\$ /m).slice(1))
    .map((step) => {
      const end = step.indexOf('\n');
      return { command: step.slice(0, end), output: step.slice(end + 1) };
    });
}

/** The files that the README tells its reader to write, by name. */
export function listReadmeFiles(): ReadonlyMap<string, string> {
  const files = readme.matchAll(/^\*\*`([\w./-]+)`\*\*\n\n```\w+\n([^]*?)^```$/gm);
  return new Map(Array.from(files, ([, name = '', content = '']) => [name, content]));
}
