import { SignJWT } from 'jose';

import { InvalidConfig, loadTokenSettings } from '../config.ts';
import { writeScope } from '../http/guards/jwt.ts';
import { readAccountCommand } from './account-command.ts';

// `npm run --silent token -- ACCOUNT [--write] [--minutes N]`: prints a token signed with JWT_SECRET, for trying things
// out. It says what the service's own settings ask a token to say.
const given = readAccountCommand('token', process.argv.slice(2), { minutes: 'N' });
const defaultMinutes = '60';

if (given !== null) await run(given.account, given.write, given.values['minutes'] ?? defaultMinutes);

async function run(account: string, write: boolean, minutes: string): Promise<void> {
  if (!/^[1-9]\d{0,5}$/.test(minutes)) {
    fail('--minutes must be a whole number from 1 to 999999');
    return;
  }
  try {
    const { secret, issuer, audience, accountClaim } = await loadTokenSettings(process.env);
    const claims = { ...nestClaim(accountClaim, account), ...(write ? { scope: writeScope } : {}) };
    const token = new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).setIssuedAt();
    if (accountClaim !== 'sub') token.setSubject(account);
    if (issuer !== null) token.setIssuer(issuer);
    if (audience !== null) token.setAudience(audience);
    console.log(await token.setExpirationTime(`${minutes} minutes`).sign(secret));
  } catch (error) {
    if (!(error instanceof InvalidConfig)) throw error;
    fail(error.faults.join('; '));
  }
}

/** `{ tenant: { id: account } }` for `tenant.id`. */
function nestClaim(name: string, account: string): Record<string, unknown> {
  const nested = name.split('.').reduceRight<unknown>((value, part) => ({ [part]: value }), account);
  return typeof nested === 'object' ? { ...nested } : {};
}

function fail(reason: string): void {
  console.error(`No token was made: ${reason}.`);
  process.exitCode = 1;
}
