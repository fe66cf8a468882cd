import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** A folder outside this repository, as a client's own: with packages, but without our settings. */
export interface ClientFolder {
  readonly path: string;
  write(name: string, content: string): Promise<void>;
  /** Runs a program of the installed packages, or `node`. */
  run(program: string, args: readonly string[]): Promise<ProgramOutcome>;
  remove(): Promise<void>;
}

/** How a program ended. */
export interface ProgramOutcome {
  readonly exitCode: number;
  /** All that it printed. */
  readonly output: string;
}

const packages = resolve('node_modules');

// The strictest there is, so that no generated code hides behind a laxer one.
const tsconfig = {
  compilerOptions: {
    target: 'es2024',
    module: 'nodenext',
    types: ['node'],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noPropertyAccessFromIndexSignature: true,
    noUnusedLocals: true,
    verbatimModuleSyntax: true,
    rewriteRelativeImportExtensions: true,
    skipLibCheck: true,
    outDir: 'out',
    rootDir: '.',
  },
  include: ['**/*.ts'],
};

/** Makes an empty client's folder. */
export async function makeClientFolder(): Promise<ClientFolder> {
  const path = await mkdtemp(join(tmpdir(), 'usage-client-'));
  await symlink(packages, join(path, 'node_modules'));
  const folder: ClientFolder = {
    path,
    async write(name, content) {
      await mkdir(dirname(join(path, name)), { recursive: true });
      await writeFile(join(path, name), content);
    },
    run(program, args) {
      const file = program === 'node' ? process.execPath : join(packages, '.bin', program);
      return new Promise((done) => {
        execFile(file, args, { cwd: path, timeout: 60_000 }, (error, stdout, stderr) =>
          done({ exitCode: error === null ? 0 : 1, output: stdout + stderr }),
        );
      });
    },
    remove: () => rm(path, { recursive: true, force: true }),
  };
  await folder.write('package.json', '{"type":"module"}');
  await folder.write('tsconfig.json', JSON.stringify(tsconfig));
  return folder;
}
