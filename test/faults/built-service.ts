import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type ServiceProcess, spawnService } from '../main/service-process.ts';

// Beside the packages, so that the build finds them.
const cacheFolder = 'node_modules/.cache/usage-api';
const maxAgeMs = 3_600_000;

let build: string | null = null;

/**
 * Starts the service as it is released, built from these sources: it begins in a third of the time of the sources.
 * @param whenFinished a concurrent test has to bring its own, as for `spawnService`.
 */
export function spawnBuiltService(
  settings: Readonly<Record<string, string>>,
  whenFinished?: (end: () => void) => void,
): ServiceProcess {
  // One build for the whole test file, even if somebody works on the sources meanwhile.
  build ??= buildOnce();
  const entry = join(build, 'dist', 'main.js');
  // However busy the machine is with other tests: that is not the fault that is tested.
  const calm = { PORT: '0', MAX_EVENT_LOOP_DELAY_MS: '0' };
  return spawnService({ ...calm, ...settings }, [process.execPath, entry], whenFinished);
}

/** Builds the sources as they are now, unless somebody did. @returns the folder of the build */
function buildOnce(): string {
  const sources = readdirSync('src', { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const newestMs = Math.max(...sources.map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs));
  const folder = join(cacheFolder, `${sources.length}-${Math.round(newestMs)}`);
  if (existsSync(folder)) return folder;
  removeOld();
  const unfinished = `${folder}-${process.pid}`;
  const options = ['-p', 'tsconfig.build.json', '--noCheck', '--incremental', 'false'];
  const target = join(unfinished, 'dist');
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', ...options, '--outDir', target]);
  // What the service reads beside its code.
  cpSync('schema', join(unfinished, 'schema'), { recursive: true });
  // Another test file may have built it meanwhile.
  if (existsSync(folder)) rmSync(unfinished, { recursive: true });
  else renameSync(unfinished, folder);
  return folder;
}

function removeOld(): void {
  mkdirSync(cacheFolder, { recursive: true });
  for (const name of readdirSync(cacheFolder)) {
    const folder = join(cacheFolder, name);
    if (Date.now() - statSync(folder).mtimeMs > maxAgeMs) rmSync(folder, { recursive: true, force: true });
  }
}
