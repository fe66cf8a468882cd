import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { waitUntil } from '../support/app.ts';

/** A service in a process of its own, as a user starts it. */
export interface ServiceProcess {
  readonly child: ChildProcess;
  /** All that it wrote so far. */
  readonly output: { readonly stdout: string; readonly stderr: string };
  /** Its base URL, once it has said that it is ready. @throws Error when it ends before */
  ready(): Promise<string>;
  /** Its exit code, once it has ended; null when a signal ended it. */
  exitCode(): Promise<number | null>;
}

const builtCommand = [process.execPath, 'dist/main.js'] as const;

/**
 * Starts the service as it is released, with these settings alone; whatever is left of it ends with the test.
 * @param whenFinished a concurrent test has to bring its own: vitest's general one may take it for another test's.
 */
export function spawnService(
  settings: Readonly<Record<string, string>>,
  command: readonly [string, ...string[]] = builtCommand,
  whenFinished: (end: () => void) => void = onTestFinished,
): ServiceProcess {
  const [file, ...args] = command;
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], ...settings };
  // In a process group of its own, so that nothing that it started outlives the test.
  const child = spawn(file, args, { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const exited = once(child, 'exit');
  whenFinished(() => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // The group is gone already, as it should be.
    }
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text;
  });
  return {
    child,
    output,
    async ready() {
      let url: string | undefined;
      await waitUntil(() => {
        if (child.exitCode !== null) throw new Error(`ended before it was ready: ${output.stderr}`);
        url = /GraphQL +(http:\S+)\/graphql[^]*\n$/.exec(output.stdout)?.[1];
        return url !== undefined;
      }, 25_000);
      return url ?? '';
    },
    async exitCode() {
      await exited;
      return child.exitCode;
    },
  };
}
