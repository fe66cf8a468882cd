import { accessSync, closeSync, constants, mkdirSync, openSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

/**
 * Makes the folder of a database file where there is none.
 * Node's own recursive way never ends where the system refuses new folders in an unusual way, as under /proc.
 * @throws Error that says which folder is none, or cannot be made
 */
export function makeFolderOf(path: string): void {
  makeFolder(dirname(resolve(path)));
}

/**
 * Checks that a database can be opened or made at a path, without leaving anything but its folder.
 * @throws Error whose message completes "PATH: …"
 */
export function checkDatabaseFile(path: string): void {
  makeFolderOf(path);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found !== undefined && !found.isFile()) throw new Error('it is no file');
  try {
    if (found !== undefined) accessSync(path, constants.R_OK | constants.W_OK);
    // SQLite makes files beside the database.
    const probe = join(dirname(resolve(path)), `.${basename(path)}-${process.pid}`);
    closeSync(openSync(probe, 'w'));
    rmSync(probe);
  } catch (cause) {
    throw new Error(`it cannot be written (${codeOf(cause)})`, { cause });
  }
}

function makeFolder(folder: string): void {
  const found = statFolder(folder);
  if (found === 'folder') return;
  if (found === 'other') throw new Error(`${folder} is no folder`);
  makeFolder(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (cause) {
    // Another process may have been quicker.
    if (statFolder(folder) !== 'folder')
      throw new Error(`the folder ${folder} cannot be made (${codeOf(cause)})`, { cause });
  }
}

function statFolder(path: string): 'folder' | 'other' | 'none' {
  try {
    return statSync(path).isDirectory() ? 'folder' : 'other';
  } catch (error) {
    // Below a file there is nothing either; the file itself is told.
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return 'none';
    throw new Error(`the folder ${path} cannot be read (${codeOf(error)})`, { cause: error });
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
