import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { settings } from '../../src/settings.ts';
import { readPage } from './docs.ts';

/** What the settings page says of each setting: its default, as an environment variable; null: it says that it has none. */
const told: ReadonlyMap<string, string | null> = new Map(
  Array.from(
    readPage('docs/settings.md').matchAll(/^\| (`[A-Z][^|]*) \| ([^|]*) \|/gm),
    ([, names = '', defaults = '']) => {
      const values = listCode(defaults);
      return listCode(names).map((name, index) => [name, values[index] ?? null] as const);
    },
  ).flat(),
);

function listCode(cell: string): readonly string[] {
  return Array.from(cell.matchAll(/`([^`]*)`/g), ([, code = '']) => code);
}

/** Some defaults hold only where a setting is of use, or where the sample is not served. */
const authenticated = { JWT_SECRET: 's3cret-s3cret-s3cret-s3cret-s3cret' };
const needed: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  DATABASE_URL: { UPSTREAM_URL: 'http://127.0.0.1:1' },
  JWT_ACCOUNT_CLAIM: authenticated,
  JWT_MAX_AGE_S: authenticated,
  RATE_LIMIT_PER_MINUTE: authenticated,
};

test('the settings page names every setting, and none that does not exist', () => {
  expect([...told.keys()].toSorted()).toEqual(Object.keys(settings.shape).toSorted());
});

describe('the default that the settings page tells is the one in use:', () => {
  const withDefault = [...told].filter(([, value]) => value !== null);

  test.each(withDefault)('%s=%s', async (name, value) => {
    const others = needed[name] ?? {};
    expect(await loadConfig({ ...others, [name]: value ?? '' })).toEqual(await loadConfig(others));
  });

  test('of the sample, the ledger is another one', async () => {
    expect(readPage('docs/settings.md')).toContain(
      `that of the sample \`${(await loadConfig({})).databaseUrl}\``,
    );
  });

  const withoutDefault = [...told].filter(([, value]) => value === null).map(([name]) => name);
  test.each(withoutDefault)('%s has none', async (name) => {
    const given = await settings.parseAsync({});
    // No list, no object and no text are what "none" is to those who use them.
    expect([undefined, '[]', '{}', '""']).toContain(JSON.stringify(Reflect.get(given, name)));
  });
});
