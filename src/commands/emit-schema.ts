import { readFileSync, writeFileSync } from 'node:fs';

import { lexicographicSortSchema, printSchema } from 'graphql';

import { createSchema } from '../graphql/schema.ts';

// Writes schema/schema.graphql from the code; with --check it fails when the file says something else.
const path = new URL('../../schema/schema.graphql', import.meta.url);
const sdl = `# Emitted from src/graphql by \`npm run schema\`. Do not edit.\n\n${printSchema(lexicographicSortSchema(createSchema()))}\n`;

if (!process.argv.includes('--check')) {
  writeFileSync(path, sdl);
} else if (readFileSync(path, 'utf8') !== sdl) {
  console.error(
    'schema/schema.graphql differs from the code: run `npm run schema` and commit what it writes.',
  );
  process.exitCode = 1;
} else {
  console.log('schema/schema.graphql is what the code says.');
}
