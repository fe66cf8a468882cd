import pg from 'pg';

/** Says once, before all tests, which PostgreSQL they run on. The URL itself holds a password and stays unsaid. */
export async function setup(): Promise<void> {
  const url = process.env['TEST_POSTGRES_URL'] ?? '';
  console.log(
    url === ''
      ? 'PostgreSQL tests run on PGlite (set TEST_POSTGRES_URL for a real server)'
      : `PostgreSQL tests run on the server of TEST_POSTGRES_URL (PostgreSQL ${await readServerVersion(url)})`,
  );
}

async function readServerVersion(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ server_version: string }>('show server_version');
    return rows[0]?.server_version.split(' ')[0] ?? 'of unknown version';
  } finally {
    await client.end();
  }
}
