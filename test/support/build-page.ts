import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { build } from 'vite';

const sources = 'src/dashboard';
const page = 'dist/dashboard/index.html';

/** Builds the dashboard once before all tests, unless it stands built from the sources as they are. */
export async function setup(): Promise<void> {
  if (existsSync(page) && statSync(page).mtimeMs > newestSourceMs()) return;
  await build({ configFile: 'vite.config.ts', logLevel: 'warn' });
}

function newestSourceMs(): number {
  const files = readdirSync(sources, { recursive: true, withFileTypes: true }).map(({ parentPath, name }) =>
    join(parentPath, name),
  );
  const others = ['vite.config.ts', 'schema/generated/graphql.ts'];
  return Math.max(...[...files, ...others].map((path) => statSync(path).mtimeMs));
}
