// npm start: runs the service, and builds it first when its sources are newer than the build. Plain JavaScript, so that
// any Node.js can read it and say what is missing. Nothing stands between npm and the service, so that signals arrive.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isBuilt, stamp } from './is-built.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const minNodeMajor = 24;

const { node: version } = process.versions;
if (Number(version.split('.')[0]) < minNodeMajor) {
  fail(
    `this is Node.js ${version}, and the Node.js ${minNodeMajor} that comes with the packages is not installed: ` +
      'npm ci without --ignore-scripts does that, npm rebuild node makes up for it',
  );
} else if (isBuilt() || build()) {
  // npm run demo names another program of the build.
  const [program = 'dist/main.js'] = process.argv.slice(2);
  await import(pathToFileURL(join(root, program)).href);
}

/** @returns whether there is a build to start now */
function build() {
  const obstacle = findObstacle();
  if (obstacle !== null && existsSync(stamp)) {
    console.error(`The build is older than its sources, and is started as it is: ${obstacle}.`);
    return true;
  }
  if (obstacle !== null) return fail(`there is no build, and none can be made here: ${obstacle}`);
  console.log('Building the service and its page …');
  const { status } = spawnSync(process.execPath, ['scripts/build.ts'], { cwd: root, stdio: 'inherit' });
  return status === 0 || fail('it could not be built');
}

/** What keeps a build from being made; null when nothing does. */
function findObstacle() {
  for (const name of ['typescript', 'vite'])
    if (!existsSync(join(root, 'node_modules', name))) return `the package ${name} is not installed`;
  try {
    mkdirSync(dist, { recursive: true });
    accessSync(dist, constants.W_OK);
    return null;
  } catch (error) {
    return `${dist} cannot be written (${error.code})`;
  }
}

function fail(reason) {
  console.error(`Cannot start: ${reason}.`);
  process.exitCode = 1;
  return false;
}
