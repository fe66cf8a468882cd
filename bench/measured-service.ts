import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';

/** The built service in a process of its own, on the bundled sample, to be measured from outside. */
export interface MeasuredService {
  readonly url: string;
  /** Memory that it holds now, in MiB. Linux only. */
  residentMiB(): number;
  stop(): Promise<void>;
}

/** Starts `dist/main.js`; build before. @throws Error when it does not get ready. */
export async function startMeasuredService(
  settings: Readonly<Record<string, string>>,
): Promise<MeasuredService> {
  const env = {
    PATH: process.env['PATH'],
    PORT: '0',
    DATABASE_URL: 'memory:',
    LOG_LEVEL: 'error',
    ...settings,
  };
  const child = spawn(process.execPath, ['dist/main.js'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const url = await readUrl(child);
  while ((await fetch(`${url}/readyz`)).status !== 200)
    await new Promise((resolve) => setTimeout(resolve, 50));
  return {
    url,
    residentMiB() {
      const kibibytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1];
      return Number(kibibytes) / 1_024;
    },
    async stop() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function readUrl(child: ChildProcess): Promise<string> {
  let output = '';
  for await (const chunk of child.stdout ?? []) {
    output += String(chunk);
    const url = /GraphQL +(http:\S+)\/graphql/.exec(output)?.[1];
    if (url !== undefined) {
      child.stdout?.resume();
      return url;
    }
  }
  throw new Error(`the service ended before it was ready: ${output}`);
}
