import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { spawnService } from '../main/service-process.ts';
import { readPage } from './docs.ts';

const [, section = ''] =
  /^## Authentication in two minutes$([^]*?)^## /m.exec(readPage('docs/clients.md')) ?? [];
const scripts = Array.from(section.matchAll(/^```sh\n([^]*?)^```$/gm), ([, script = '']) => script);

test('"Authentication in two minutes" has a script for tokens and one for API keys', () => {
  expect(scripts).toHaveLength(2);
});

test.each(scripts)(
  'a reader who types script %# gets the usage, and nobody else does',
  async (script) => {
    const folder = mkdtempSync(join(tmpdir(), 'usage-docs-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const port = await findFreePort();
    const url = `http://127.0.0.1:${port}`;
    const typed = script
      .replaceAll('http://127.0.0.1:4000', url)
      .replaceAll(/\b(new-key\.txt|api-keys\.json)/g, join(folder, '$1'));
    const anonymous = `curl -s -o ${folder}/refused -w '\\nwithout a credential: %{http_code}\\n' ${url}/usage.csv`;
    const settings = { PORT: String(port), DATABASE_URL: 'memory:', LOG_LEVEL: 'silent' };
    const shell = spawnService(settings, ['bash', '-c', `${typed}\n${anonymous}\nkill %1; wait`]);
    await shell.exitCode();
    const printed = shell.output.stdout;
    expect(printed).toContain('message_id,timestamp,report_name,credits_used\r\n1000,');
    expect(printed).toContain('without a credential: 401');
  },
  60_000,
);

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
