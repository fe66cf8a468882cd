import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { type ClientFolder, makeClientFolder } from '../clients/compiled-client.ts';
import { startApp } from '../support/app.ts';
import { listShownFiles, readPage } from './docs.ts';

let folder: ClientFolder;
beforeEach(async () => {
  folder = await makeClientFolder();
});
afterEach(() => folder.remove());

// Three programs in a row, each slow to start on a busy machine.
vi.setConfig({ testTimeout: 90_000 });

test('a reader who writes the files of "Typed clients" gets a client that compiles and runs', async () => {
  const app = await startApp({ upstream: null });
  await app.waitForRevision(1);
  const files = listShownFiles(readPage('docs/clients.md'));
  expect([...files.keys()]).toEqual(['codegen.yml', 'src/biggest-messages.graphql', 'src/main.ts']);
  for (const [name, content] of files)
    await folder.write(name, content.replaceAll('http://127.0.0.1:4000', app.url));

  expect(await folder.run('graphql-codegen', ['--config', 'codegen.yml'])).toMatchObject({ exitCode: 0 });
  expect(await folder.run('tsc', [])).toEqual({ exitCode: 0, output: '' });
  expect(await folder.run('node', ['out/src/main.js'])).toEqual({
    exitCode: 0,
    // The dearest report of the sample, three times.
    output: '1019 118.00\n1061 118.00\n1107 118.00\n',
  });
});
