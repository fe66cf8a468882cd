import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const prefix = 'usage-api-';
// A process of another container is not to be seen from here, but it writes: its lease alone, every few seconds.
const abandonedMs = 3_600_000;

/** Makes a folder for this process in the system's temporary one, and removes those that killed processes left there. */
export function createTemporaryFolder(): string {
  removeAbandoned(tmpdir());
  return mkdtempSync(join(tmpdir(), `${prefix}${process.pid}-`));
}

function removeAbandoned(parent: string): void {
  for (const name of readdirSync(parent)) {
    const pid = new RegExp(`^${prefix}(\\d+)-`).exec(name)?.[1];
    if (pid === undefined || isRunning(Number(pid))) continue;
    const folder = join(parent, name);
    try {
      const files = [folder, ...readdirSync(folder).map((file) => join(folder, file))];
      const touchedMs = Math.max(...files.map((file) => statSync(file).mtimeMs));
      if (Date.now() - touchedMs > abandonedMs) rmSync(folder, { recursive: true, force: true });
    } catch {
      // Somebody else's, or just removed by somebody else: nothing that this process must do.
    }
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}
