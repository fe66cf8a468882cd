import { hash, randomBytes } from 'node:crypto';

import { accountPattern } from '../http/guards/account.ts';

// `npm run --silent key -- ACCOUNT`: prints a new API key and its line for API_KEYS_FILE. It is kept nowhere else.
// Standard output holds just these two lines, for scripts; standard error explains them.
const account = process.argv[2] ?? '';

if (process.argv.length !== 3 || !accountPattern.test(account)) {
  console.error('Usage: npm run --silent key -- ACCOUNT (1 to 64 letters, digits, "_" or "-")');
  process.exitCode = 1;
} else {
  const key = randomBytes(32).toString('base64url');
  console.error(
    `A new key for ${account}, sent as x-api-key. It is shown this once; then its line for API_KEYS_FILE:`,
  );
  console.log(key);
  console.log(JSON.stringify({ account, sha256: hash('sha256', key, 'hex') }));
}
