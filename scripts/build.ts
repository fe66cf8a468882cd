import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';

// Builds the service and its page side by side. With --watch it keeps the page built and runs the service from its
// sources, anew at each change. No shell between, so that it works on every system.
const watch = process.argv.includes('--watch');
const page = ['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn'];
const programs = watch
  ? [
      [...page, '--watch'],
      ['node_modules/tsx/dist/cli.mjs', 'watch', '--exclude', 'src/dashboard/**', 'src/main.ts'],
    ]
  : [page, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json', '--noCheck']];

const codes = await Promise.all(programs.map(run));
process.exitCode = codes.find((code) => code !== 0) ?? 0;
// What scripts/start.js compares with the sources: a compiler leaves files alone that come out the same.
if (!watch && process.exitCode === 0) writeFileSync('dist/.built', '');

async function run(args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, args, { stdio: 'inherit' });
  const [code] = await once(child, 'exit');
  return typeof code === 'number' ? code : 1;
}
