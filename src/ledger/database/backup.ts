import { existsSync, renameSync, rmSync } from 'node:fs';
import { backup, DatabaseSync } from 'node:sqlite';

/** What a backup holds. */
export interface BackupSummary {
  readonly fileBytes: number;
  readonly messageCount: number;
}

/** A backup was not made, and nothing stands where it should be. */
export class BackupRefused extends Error {
  constructor({ reason }: { readonly reason: string }, options?: ErrorOptions) {
    super(reason, options);
    this.name = 'BackupRefused';
  }
}

/**
 * Copies an embedded database as it is at one moment, while the service may go on writing, and checks the copy.
 * The copy gets its name only once it is good.
 * @throws BackupRefused when there is no such database, the target exists, or the copy is not sound.
 */
export async function backUpDatabase(sourcePath: string, targetPath: string): Promise<BackupSummary> {
  if (!existsSync(sourcePath)) throw new BackupRefused({ reason: `there is no database at ${sourcePath}` });
  if (existsSync(targetPath)) {
    throw new BackupRefused({ reason: `${targetPath} exists already, and is never overwritten` });
  }
  const unfinishedPath = `${targetPath}.unfinished`;
  try {
    const source = new DatabaseSync(sourcePath, { readOnly: true, timeout: 5_000 });
    try {
      // All pages in one step: a copy in steps begins anew with each write of the service.
      await backup(source, unfinishedPath, { rate: 2 ** 30 });
    } finally {
      source.close();
    }
    const summary = check(unfinishedPath);
    renameSync(unfinishedPath, targetPath);
    return summary;
  } catch (error) {
    if (error instanceof BackupRefused) throw error;
    const reason = `the copy could not be made: ${error instanceof Error ? error.message : String(error)}`;
    throw new BackupRefused({ reason }, { cause: error });
  } finally {
    for (const suffix of ['', '-wal', '-shm', '-journal'])
      rmSync(`${unfinishedPath}${suffix}`, { force: true });
  }
}

function check(path: string): BackupSummary {
  const copy = new DatabaseSync(path);
  try {
    // A file of its own, to be carried anywhere: no log beside it.
    copy.exec('pragma journal_mode = delete');
    const result = readFirst(copy, 'pragma integrity_check', 'integrity_check');
    if (result !== 'ok') throw new BackupRefused({ reason: `the copy is not sound: ${String(result)}` });
    const pages = readFirst(copy, 'pragma page_count', 'page_count');
    const pageBytes = readFirst(copy, 'pragma page_size', 'page_size');
    const messages = readFirst(copy, 'select count(*) as count from messages', 'count');
    return { fileBytes: Number(pages) * Number(pageBytes), messageCount: Number(messages) };
  } finally {
    copy.close();
  }
}

function readFirst(database: DatabaseSync, sql: string, column: string): unknown {
  return database.prepare(sql).get()?.[column];
}
