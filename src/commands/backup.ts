import { InvalidConfig, loadDatabaseUrl } from '../config.ts';
import { backUpDatabase, BackupRefused } from '../ledger/database/backup.ts';

// npm run backup -- FILE: copies the embedded database that DATABASE_URL names, while the service runs.
const [target, ...rest] = process.argv.slice(2);
if (target === undefined || rest.length > 0) fail('say which file to write: npm run backup -- FILE');
else await run(target);

async function run(targetPath: string): Promise<void> {
  try {
    const databaseUrl = await loadDatabaseUrl(process.env);
    if (!databaseUrl.startsWith('file:')) {
      fail('DATABASE_URL names no embedded database; PostgreSQL has pg_dump');
      return;
    }
    const { fileBytes, messageCount } = await backUpDatabase(databaseUrl.slice('file:'.length), targetPath);
    console.log(
      `${targetPath}: ${messageCount} messages, ${(fileBytes / 2 ** 20).toFixed(1)} MiB, checked and sound.`,
    );
  } catch (error) {
    if (error instanceof BackupRefused) fail(error.message);
    else if (error instanceof InvalidConfig) fail(error.faults.join('; '));
    else throw error;
  }
}

function fail(reason: string): void {
  console.error(`No backup was made: ${reason}.`);
  process.exitCode = 1;
}
