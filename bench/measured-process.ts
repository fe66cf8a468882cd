import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

import { z } from 'zod';

import { startSampleUpstream } from '../src/sample/sample-upstream.ts';
import { meterQuestion, meterReading } from './process-meter.ts';

/** A server in a process of its own, on a core of its own where the machine allows it. */
export interface MeasuredProcess {
  /** Base URL, from what it printed. */
  readonly url: string;
  /** From its start until it printed its URL, in ms. */
  readonly startMs: number;
  read(): Promise<z.infer<typeof meterReading>>;
  stop(): Promise<void>;
}

/** Whether servers and load run on different cores. */
export const isPinned = pinLoad();

/** What `npm start` gives Node.js. */
export const serviceArgs = readServiceArgs();

// The service itself runs on this Node.js, whatever runs the benchmark.
const nodePath = 'node_modules/node/bin/node';

/** Starts a server. @throws Error when it ends before it prints a URL. */
export async function startMeasured(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<MeasuredProcess> {
  const command = [nodePath, '--import', './bench/process-meter.ts', ...args];
  const [file = nodePath, ...rest] = isPinned ? ['taskset', '-c', '0', ...command] : command;
  // In production the service serves no sample of its own.
  const sample =
    args === serviceArgs && env['UPSTREAM_URL'] === undefined ? await startSampleUpstream() : null;
  const upstream = sample === null ? {} : { UPSTREAM_URL: sample.url };
  const startedMs = performance.now();
  const child = spawn(file, rest, {
    env: { PATH: process.env['PATH'], NODE_ENV: 'production', ...upstream, ...env },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const url = await readUrl(child, args);
  const startMs = performance.now() - startedMs;
  child.stdout?.resume();
  return {
    url,
    startMs,
    async read() {
      const answer = once(child, 'message');
      child.send(meterQuestion);
      return meterReading.parse((await answer)[0]);
    },
    async stop() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
      await sample?.close();
    },
  };
}

async function readUrl(child: ChildProcess, args: readonly string[]): Promise<string> {
  let output = '';
  for await (const chunk of child.stdout?.iterator({ destroyOnReturn: false }) ?? []) {
    output += String(chunk);
    const url = /(http:\/\/127\.0\.0\.1:\d+)/.exec(output)?.[1];
    if (url !== undefined) return url;
  }
  throw new Error(`${args.join(' ')} ended before it was ready: ${output}`);
}

/** Puts this process on the second core; servers get the first. @returns false where that cannot be */
function pinLoad(): boolean {
  if (availableParallelism() < 2) return false;
  try {
    execFileSync('taskset', ['-a', '-c', '-p', '1', String(process.pid)], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function readServiceArgs(): readonly string[] {
  const { scripts } = z
    .object({ scripts: z.object({ start: z.string() }) })
    .parse(JSON.parse(readFileSync('package.json', 'utf8')));
  return scripts.start
    .replace(/^.*\|\| node /, '')
    .replace('scripts/start.js', 'dist/main.js')
    .split(' ');
}
