import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { sql } from 'kysely';
import { describe, expect, it, onTestFinished, test } from 'vitest';
import { auditLedger } from '../../src/ledger/audit/audit.ts';
import type { AuditResult, Difference } from '../../src/ledger/audit/figures.ts';
import { type Database, openSqliteDatabase } from '../../src/ledger/database/database.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import { copyKeptFile, keptLedgers } from './kept-ledgers.ts';

async function audit(database: Database): Promise<AuditResult & { readonly differences: readonly string[] }> {
  const differences: string[] = [];
  const result = await auditLedger(database, ({ account, row, column, stored, recomputed }: Difference) =>
    differences.push(`${account} ${row} ${column}: ${stored} is ${recomputed}`),
  );
  return { ...result, differences };
}

async function upgrade(database: Database): Promise<void> {
  await new Ledger({ database, now: () => new Date() }).migrate();
}

describe.each(keptLedgers)('an audit of the kept ledger $name', (kept) => {
  it('finds every figure as it is, those too that an upgrade kept', async () => {
    const database = await kept.open();
    await upgrade(database);

    const { checkedCount, differingCount, differences } = await audit(database);

    expect(differences).toEqual([]);
    expect(differingCount).toBe(0);
    expect(checkedCount).toBeGreaterThan(400);
  });

  it.each([
    [
      'a price',
      `update messages set credits = credits + 1 where account_id = 'default' and message_id = 103`,
      ['default message 103 credits: 11501 is 11500'],
    ],
    [
      'a price that went missing',
      `update messages set credits = null where account_id = 'default' and message_id = 203`,
      ['default message 203 credits: null is 790000'],
    ],
    [
      'a text',
      `update messages set text = 'abd' where account_id = 'default' and message_id = 102`,
      [
        expect.stringMatching(/^default message 102 text_sha256: [0-9a-f]{64} is [0-9a-f]{64}$/),
        'default message 102 third_vowels: 1 is 0',
        'default message 102 is_palindrome: 1 is 0',
      ],
    ],
    [
      'a count, with all that it prices',
      `update messages set third_vowels = 1 where account_id = 'default' and message_id = 103`,
      [
        'default message 103 third_vowels: 1 is 0',
        'default message 103 credits: 11500 is 14500', // 0.3 more
        'default period 1 credits: 1530000 is 1533000',
        'default period 1 slot 1899488 without a report credits: 11500 is 14500',
      ],
    ],
    [
      'a price of long ago',
      `update message_history set credits = 1 where account_id = 'default' and message_id = 400`,
      [expect.stringMatching(/^default message 400 before revision 4 credits: 1 is \d+$/)],
    ],
    [
      'a sum of a period',
      `update periods set credits = credits - 1 where account_id = 'acme'`,
      ['acme period 1 credits: 41999 is 42000'],
    ],
    [
      'a count of a quarter of an hour',
      `update usage_sums set message_count = 2 where account_id = 'acme' and slot = 1899200`,
      [
        expect.stringMatching(
          /^acme period 1 slot 1899200 (without a report|report \d+) message_count: 2 is 1$/,
        ),
      ],
    ],
    [
      'a sum that no message explains',
      `insert into usage_sums values ('acme', 1, 1899200, 1, 5, 7, 1, 0)`,
      [
        'acme period 1 slot 1899200 report 5 credits: 7 is null',
        'acme period 1 slot 1899200 report 5 message_count: 1 is null',
        'acme period 1 slot 1899200 report 5 unpriced_count: 0 is null',
      ],
    ],
  ])('names %s', async (_what, statement, expected) => {
    const database = await kept.open();
    await upgrade(database);
    await sql.raw(statement).execute(database.writes);

    const { differences, differingCount } = await audit(database);

    expect(differences).toEqual(expected);
    expect(differingCount).toBe(expected.length);
  });

  it('does not measure anew what another measuring code has measured, but reads its hash', async () => {
    const database = await kept.open();
    await upgrade(database);
    // As a code would that took a digit for a short word: 1 + 3×0.05 + 0.1.
    await sql`update messages set measure_version = '0/15.0', short_words = 1, words_are_unique = 0, credits = 12500
      where account_id = 'default' and message_id = 103`.execute(database.writes);

    const { differences } = await audit(database);

    // The price follows from what was counted then; only the sums were not told.
    expect(differences).toEqual([
      'default period 1 credits: 1530000 is 1531000',
      'default period 1 slot 1899488 without a report credits: 11500 is 12500',
    ]);
  });
});

function runAudit(databaseUrl: string) {
  return spawnSync(process.execPath, ['src/commands/audit.ts'], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], DATABASE_URL: databaseUrl },
  });
}

describe('npm run audit', () => {
  test('ends with the count, prints what differs and says so in its exit code, beside a running service', async () => {
    const path = copyKeptFile();
    // Stays open, as a service's does.
    const database = openSqliteDatabase(path);
    onTestFinished(() => database.close());
    await upgrade(database);
    const sound = runAudit(`file:${path}`);
    expect(sound).toMatchObject({ status: 0, stderr: '' });
    expect(sound.stdout).toMatch(/^\d+ figures checked, 0 differ\n$/);

    await sql`update messages set credits = 20000 where message_id = 103`.execute(database.writes);
    const unsound = runAudit(`file:${path}`);
    expect(unsound.status).toBe(1);
    expect(unsound.stdout).toMatch(
      /^default message 103 credits: stored 2.00, recomputed 1.15\n\d+ figures checked, 1 differ\n$/,
    );
  });

  test('refuses a ledger of an older version in plain words, and does not touch it', () => {
    const path = copyKeptFile();
    const before = readFileSync(path);

    const { status, stdout, stderr } = runAudit(`file:${path}`);

    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toContain(
      'Nothing was audited: the ledger was recorded by an older version: start the service',
    );
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test.each([
    ['file:/tmp/there-is-no-such.db', 'there is no database at /tmp/there-is-no-such.db'],
    ['memory:', 'a ledger in memory ends with its service'],
  ])('refuses %s', (databaseUrl, reason) => {
    const { status, stderr } = runAudit(databaseUrl);
    expect({ status, stderr }).toEqual({ status: 1, stderr: `Nothing was audited: ${reason}.\n` });
  });
});
