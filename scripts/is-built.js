// Whether the service and its page stand built from the sources as they are. Plain JavaScript, as start.js is.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const sources = ['src', 'schema/generated', 'vite.config.ts', 'tsconfig.json', 'tsconfig.build.json'];

/** Written by scripts/build.ts when all is built. */
export const stamp = join(root, 'dist', '.built');

/** @returns {boolean} false, too, when nothing was ever built */
export function isBuilt() {
  return existsSync(stamp) && statSync(stamp).mtimeMs >= Math.max(...sources.map(newestMs));
}

/** When a file, or the newest file of a folder, was changed; 0 when it is not there, as in an image without sources. */
function newestMs(name) {
  const path = join(root, name);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined || !found.isDirectory()) return found?.mtimeMs ?? 0;
  return Math.max(
    ...readdirSync(path, { recursive: true }).map((file) => statSync(join(path, file)).mtimeMs),
  );
}
