import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';

// The script of npm start over a stand-in for the service, which only says that it runs.
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'usage-start-'));
  for (const script of ['start.js', 'is-built.js'])
    cpSync(join('scripts', script), join(folder, 'scripts', script));
  writeFile('package.json', '{"type":"module"}');
  writeFile('src/main.ts', '');
});
afterEach(() => rmSync(folder, { recursive: true }));

function writeFile(name: string, content: string): void {
  mkdirSync(join(folder, name, '..'), { recursive: true });
  writeFileSync(join(folder, name), content);
}

function writeBuild(ageS: number): void {
  writeFile('dist/main.js', 'console.log("runs");');
  writeFile('dist/.built', '');
  const atS = Date.now() / 1_000 - ageS;
  utimesSync(join(folder, 'dist/.built'), atS, atS);
}

async function start(
  ...flags: readonly string[]
): Promise<{ readonly stdout: string; readonly stderr: string }> {
  return promisify(execFile)(process.execPath, [...flags, join(folder, 'scripts', 'start.js')]).catch(
    (error: { readonly stdout: string; readonly stderr: string }) => error,
  );
}

test('a build as new as its sources is started as it is, with no compiler there', async () => {
  writeBuild(-60);
  expect(await start()).toMatchObject({ stdout: 'runs\n', stderr: '' });
});

test('a build without sources is started as it is, as in an image', async () => {
  writeBuild(60);
  rmSync(join(folder, 'src'), { recursive: true });
  expect(await start()).toMatchObject({ stdout: 'runs\n', stderr: '' });
});

test('an older build that cannot be renewed is started, and one line says so', async () => {
  writeBuild(60);
  expect(await start()).toMatchObject({
    stdout: 'runs\n',
    stderr:
      'The build is older than its sources, and is started as it is: the package typescript is not installed.\n',
  });
});

test('no build, and none to be made, is one line', async () => {
  expect(await start()).toMatchObject({
    stdout: '',
    stderr:
      'Cannot start: there is no build, and none can be made here: the package typescript is not installed.\n',
  });
});

test('sources newer than the build are built first', async () => {
  writeBuild(60);
  for (const name of ['typescript', 'vite']) writeFile(`node_modules/${name}/package.json`, '{}');
  writeFile('scripts/build.ts', 'console.log("is built");');
  expect(await start()).toMatchObject({
    stdout: 'Building the service and its page …\nis built\nruns\n',
    stderr: '',
  });
});

test('an older Node.js, where npm left out the one that comes with the packages, is one line', async () => {
  writeBuild(-60);
  const pretend =
    "data:text/javascript,Object.defineProperty(process, 'versions', { value: { node: '22.12.0' } })";
  const { stdout, stderr } = await start('--import', pretend);
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^Cannot start: this is Node.js 22.12.0, .*npm rebuild node makes up for it\.\n$/);
});
