import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

import { executeCodegen, loadCodegenConfig } from '@graphql-codegen/cli';

// Writes what codegen.yml makes of the SDL and the operations; with --check it fails when the files say otherwise.
const folder = 'schema/generated/';
process.chdir(fileURLToPath(new URL('..', import.meta.url)));

/** The files to be, by path. */
async function generateClients(): Promise<ReadonlyMap<string, string>> {
  const { config } = await loadCodegenConfig({ configFilePath: 'codegen.yml' });
  const { result, error } = await executeCodegen({ ...config, silent: true });
  if (error !== null) throw error;
  const files = new Map(result.map(({ filename, content }) => [placeOf(filename), content]));
  // A function that finds documents written in TypeScript; all of ours are in .graphql files.
  files.delete(`${folder}gql.ts`);
  return files;
}

/** The manifest is for the server, not for clients. */
function placeOf(filename: string): string {
  return filename === `${folder}persisted-documents.json` ? 'schema/persisted-documents.json' : filename;
}

async function findDrift(files: ReadonlyMap<string, string>): Promise<readonly string[]> {
  const stray = (await readdir(folder).catch(() => []))
    .map((name) => folder + name)
    .filter((path) => !files.has(path));
  const drifted: string[] = [];
  for (const [path, content] of files) {
    const found = await readFile(path, 'utf8').catch(() => null);
    if (found !== content) drifted.push(path);
  }
  return [...stray, ...drifted];
}

const files = await generateClients();
const drift = await findDrift(files);
if (!process.argv.includes('--check')) {
  await rm(folder, { recursive: true, force: true });
  for (const [path, content] of files) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }
} else if (drift.length > 0) {
  console.error(
    `${drift.join(', ')}: not what codegen.yml makes. Run \`npm run codegen\` and commit what it writes.`,
  );
  process.exitCode = 1;
} else {
  console.log(`The ${files.size} files for clients are what codegen.yml makes.`);
}
