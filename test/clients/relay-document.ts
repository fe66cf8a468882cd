import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ConcreteRequest } from 'relay-runtime';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import { makeClientFolder } from './compiled-client.ts';

const artifact = z.object({
  default: z.custom<ConcreteRequest>(
    (value) => z.object({ kind: z.literal('Request') }).safeParse(value).success,
  ),
});

/** Compiles a query as Relay's own compiler does, against our SDL. Its name must be `MessagesQuery`. */
export async function compileForRelay(query: string): Promise<ConcreteRequest> {
  const folder = await makeClientFolder();
  onTestFinished(() => folder.remove());
  await copyFile('schema/schema.graphql', join(folder.path, 'schema.graphql'));
  await mkdir(join(folder.path, 'src/__generated__'), { recursive: true });
  await folder.write(
    'relay.config.json',
    JSON.stringify({
      src: 'src',
      schema: 'schema.graphql',
      language: 'javascript',
      eagerEsModules: true,
      artifactDirectory: 'src/__generated__',
    }),
  );
  const tag = 'graphql`' + query + '`';
  await folder.write(
    'src/Messages.js',
    `import { graphql } from 'relay-runtime';\nexport const query = ${tag};\n`,
  );
  const { exitCode, output } = await folder.run('relay-compiler', []);
  if (exitCode !== 0) throw new Error(output);
  const path = join(folder.path, 'src/__generated__/MessagesQuery.graphql.js');
  return artifact.parse(await import(pathToFileURL(path).href)).default;
}
