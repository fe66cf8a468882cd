import { hash, randomBytes } from 'node:crypto';

import { readAccountCommand } from './account-command.ts';

// `npm run --silent key -- ACCOUNT [--write]`: prints a new API key and its line for API_KEYS_FILE. It is kept nowhere
// else. Standard output holds just these two lines, for scripts; standard error explains them.
const given = readAccountCommand('key', process.argv.slice(2), {});

if (given !== null) {
  const { account, write } = given;
  const key = randomBytes(32).toString('base64url');
  console.error(
    `A new key for ${account}, sent as x-api-key. It is shown this once; then its line for API_KEYS_FILE:`,
  );
  console.log(key);
  console.log(JSON.stringify({ account, sha256: hash('sha256', key, 'hex'), ...(write ? { write } : {}) }));
}
