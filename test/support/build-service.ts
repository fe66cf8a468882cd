import { execFileSync } from 'node:child_process';
import { isBuilt } from '../../scripts/is-built.js';

/** Builds the service and its page once before all tests, unless they stand built from the sources as they are. */
export function setup(): void {
  if (!isBuilt()) execFileSync(process.execPath, ['scripts/build.ts'], { stdio: 'inherit' });
}
