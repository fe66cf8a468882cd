import { parseArgs } from 'node:util';

import { accountPattern, accountWords } from '../http/guards/account.ts';

/** What a command that makes a credential was given. */
export interface AccountCommand {
  readonly account: string;
  readonly write: boolean;
  /** The values of the command's own options, by name. */
  readonly values: Readonly<Record<string, string | undefined>>;
}

/**
 * Reads the arguments `ACCOUNT [--write]`, and the command's own options. Says how it is called and sets the exit code
 * when they are wrong.
 * @param options what stands for each option's value in that line, such as `{ minutes: 'N' }`
 * @returns null when they are wrong
 */
export function readAccountCommand(
  command: string,
  args: readonly string[],
  options: Readonly<Record<string, string>>,
): AccountCommand | null {
  try {
    const own = Object.keys(options).map((name) => [name, { type: 'string' }] as const);
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { write: { type: 'boolean' }, ...Object.fromEntries(own) },
      allowPositionals: true,
    });
    const [account = '', ...rest] = positionals;
    if (rest.length > 0 || !accountPattern.test(account)) throw new Error(`ACCOUNT must be ${accountWords}`);
    const { write = false, ...texts } = values;
    return {
      account,
      write: write ?? false,
      values: Object.fromEntries(
        Object.entries(texts).map(([name, value]) => [name, typeof value === 'string' ? value : undefined]),
      ),
    };
  } catch (error) {
    const usage = Object.entries(options).map(([name, value]) => ` [--${name} ${value}]`);
    const reason = error instanceof Error ? error.message : String(error);
    console.error(`Usage: npm run --silent ${command} -- ACCOUNT [--write]${usage.join('')}\n${reason}.`);
    process.exitCode = 1;
    return null;
  }
}
