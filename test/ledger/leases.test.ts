import { setImmediate } from 'node:timers/promises';
import { bulkhead } from 'cockatiel';
import { sql } from 'kysely';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { defaultRateCard } from '../../src/billing/rate-card.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import { takeLease } from '../../src/ledger/recording/account-lease.ts';
import { type LeaseFault, LeaseLost, StagingLost } from '../../src/ledger/recording/pull.ts';
import { DatabaseGone, makeBreakable } from '../simulation/breaking-database.ts';
import { testDatabases } from '../support/databases.ts';
import { textMessage } from './priced-messages.ts';
import {
  account,
  ageLeases,
  beginPull,
  openTestLedger,
  readAll,
  readRows,
  readUsage,
  recordPull,
} from './test-ledger.ts';

const commit = { pulledAtMs: 1, rateCard: defaultRateCard, readings: [] };

describe.each(testDatabases)('a pull’s lease on $name', (testDatabase) => {
  it('keeps others from pulling the same account, and only that one, until it is given back', async () => {
    const { ledger } = await openTestLedger(testDatabase);
    const first = await beginPull(ledger, 'one');

    expect(await ledger.takeLease('one')).toBeNull();
    await (await beginPull(ledger, 'two')).release();
    await first.release();
    await first.release();
    await (await beginPull(ledger, 'one')).release();
  });

  it('runs out when its owner is silent, and the owner’s commit records nothing then', async () => {
    let nowMs = 1_000;
    const { ledger, database } = await openTestLedger(testDatabase, () => new Date(nowMs));
    const passTime = (ms: number): Promise<void> => {
      nowMs += ms;
      return ageLeases(database, ms);
    };
    await recordPull(ledger, [textMessage(1, 10)]);
    const silent = await beginPull(ledger);
    await silent.stage([textMessage(1, 10), textMessage(2, 20)]);

    await passTime(6_000);
    expect(await ledger.takeLease(account)).toBeNull();
    await passTime(6_001); // 12 s in all, and 1 ms
    const heir = await beginPull(ledger);
    await silent.stage([textMessage(3, 30)]);
    await expect(silent.commit(commit)).rejects.toThrow(LeaseLost);
    await silent.release();
    expect((await readAll(ledger)).map(({ id }) => id)).toEqual([1]);
    expect((await readUsage(ledger)).freshness.revision).toBe(1);

    await heir.stage([textMessage(1, 10), textMessage(4, 40)]);
    await heir.commit(commit);
    await heir.release();
    expect((await readAll(ledger)).map(({ id }) => id)).toEqual([1, 4]);
  });

  it('ends with the pull: a commit after it records nothing', async () => {
    const { ledger } = await openTestLedger(testDatabase);
    const pull = await beginPull(ledger);
    await pull.stage([textMessage(1, 10)]);
    await pull.release();

    await expect(pull.commit(commit)).rejects.toThrow(LeaseLost);
    expect(await ledger.readPeriod(account, null)).toBeNull();
  });

  it('that cannot be kept or given back is told, once each, and the next pull of this process gets it', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const opened = await openTestLedger(testDatabase);
    const database = makeBreakable(opened.database);
    const faults: LeaseFault[] = [];
    const ledger = new Ledger({
      database,
      now: () => new Date(0),
      onLeaseFault: (fault) => faults.push(fault),
    });
    const pull = await beginPull(ledger);

    database.breakAfter(0);
    vi.advanceTimersByTime(3_000); // the time of a renewal
    await vi.waitFor(() => expect(faults).toHaveLength(1));
    vi.advanceTimersByTime(3_000);
    await setImmediate();
    vi.advanceTimersByTime(3_000);
    await pull.release();
    const cause: unknown = expect.any(DatabaseGone);
    expect(faults).toEqual([
      { account, step: 'renewal', cause },
      { account, step: 'release', cause },
    ]);

    database.breakAfter(Infinity);
    expect(await opened.ledger.takeLease(account)).toBeNull();
    await (await beginPull(ledger)).release();
    expect(faults).toHaveLength(2);
  });

  it('that was not given back is forgotten once this process or another has taken it over', async () => {
    let nowMs = 1_000;
    const { ledger, database } = await openTestLedger(testDatabase, () => new Date(nowMs));
    const broken = makeBreakable(database);
    const unreleased = new Map<string, string>();
    const options = {
      account,
      now: () => new Date(nowMs),
      unreleased,
      longCommits: bulkhead(1),
      onLeaseFault: () => {},
    };
    const leaveBehind = async (): Promise<void> => {
      const lease = await takeLease(broken, options);
      broken.breakAfter(0);
      await lease?.release();
      broken.breakAfter(Infinity);
      expect([...unreleased.keys()]).toEqual([account]);
    };

    await leaveBehind();
    await (await takeLease(broken, options))?.release();
    expect(unreleased.size).toBe(0);

    await leaveBehind();
    nowMs += 12_001;
    await ageLeases(database, 12_001);
    const heir = await beginPull(ledger);
    expect(await takeLease(broken, options)).toBeNull();
    expect(unreleased.size).toBe(0);
    await heir.release();
  });
});

describe.each(testDatabases)('a pull on $name', (testDatabase) => {
  it('shows nothing before its commit, and leaves nothing staged behind', async () => {
    const { ledger, database } = await openTestLedger(testDatabase);
    await recordPull(ledger, [textMessage(1, 10)]);
    const pull = await beginPull(ledger);
    await pull.stage([textMessage(1, 11), textMessage(2, 20)]);

    expect((await readAll(ledger)).map(({ id, timestampMs }) => [id, timestampMs])).toEqual([[1, 600_000]]);
    expect((await readUsage(ledger)).freshness.revision).toBe(1);

    await pull.commit(commit);
    await pull.release();
    expect((await readAll(ledger)).map(({ id }) => id)).toEqual([1, 2]);
    const staged = await database.writes.selectFrom('staged_messages').selectAll().execute();
    expect(staged).toEqual([]);
  });

  it('leaves everything as it was when its commit fails half way, and the next pull works', async () => {
    const { ledger, database } = await openTestLedger(testDatabase);
    await recordPull(ledger, [textMessage(1, 10)]);
    const tables = ['accounts', 'periods', 'messages', 'message_history', 'usage_sums'] as const;
    const read = async (): Promise<readonly unknown[]> =>
      Promise.all(tables.map((table) => readRows(database, table)));
    const before = await read();

    // The sums are written last, so that their table's absence fails a commit when all else is done.
    await sql`alter table usage_sums rename to hidden`.execute(database.writes);
    const attempt = recordPull(ledger, [textMessage(1, 11), textMessage(2, 20)]);
    await expect(attempt).rejects.toThrow(/usage_sums/);
    await sql`alter table hidden rename to usage_sums`.execute(database.writes);
    expect(await read()).toEqual(before);

    await recordPull(ledger, [textMessage(1, 11), textMessage(2, 20)]);
    expect((await readAll(ledger)).map(({ id }) => id)).toEqual([1, 2]);
  });

  it('of a long list waits for its turn to commit, and one of a short list does not', async () => {
    const { database } = await openTestLedger(testDatabase);
    const turn = Promise.withResolvers<void>();
    const longCommits = bulkhead(1, 1);
    const busy = longCommits.execute(() => turn.promise);
    const options = { now: () => new Date(0), unreleased: new Map(), longCommits, onLeaseFault: () => {} };
    const long = await (await takeLease(database, { ...options, account: 'long' }))?.openPull();
    const short = await (await takeLease(database, { ...options, account: 'short' }))?.openPull();
    const messages = Array.from({ length: 5_001 }, (_, index) => textMessage(index + 1, index));
    for (let start = 0; start < messages.length; start += 1_000)
      await long?.stage(messages.slice(start, start + 1_000));
    await short?.stage(messages.slice(0, 5));

    const done: string[] = [];
    const committed = long?.commit(commit).then(() => done.push('long'));
    await short?.commit(commit).then(() => done.push('short'));
    turn.resolve();
    await Promise.all([committed, busy]);
    expect(done).toEqual(['short', 'long']);
    await Promise.all([long?.release(), short?.release()]);
  });

  it('that prices messages of closed periods waits for its turn as well', async () => {
    const { database } = await openTestLedger(testDatabase);
    const turn = Promise.withResolvers<void>();
    const longCommits = bulkhead(1, 1);
    const busy = longCommits.execute(() => turn.promise);
    const options = { now: () => new Date(0), unreleased: new Map(), longCommits, onLeaseFault: () => {} };
    const pull = await (await takeLease(database, { ...options, account }))?.openPull();

    const done: string[] = [];
    const answer = { periodId: 1, reportId: 5, readAtMs: 1, status: 'missing' } as const;
    const recorded = pull?.recordLate([answer]).then(() => done.push('late'));
    await pull?.recordLate([{ ...answer, status: 'unread' }]).then(() => done.push('a try'));
    await recordPull(new Ledger({ database, now: () => new Date(0) }), [textMessage(1, 10)], {
      account: 'another',
    });
    done.push('another');
    turn.resolve();
    await Promise.all([recorded, busy]);
    expect(done).toEqual(['a try', 'another', 'late']);
    await pull?.release();
  });

  it('records nothing when a part of what was staged is gone', async () => {
    const { ledger, database } = await openTestLedger(testDatabase);
    const pull = await beginPull(ledger);
    await pull.stage([textMessage(1, 10), textMessage(2, 20), textMessage(2, 20)]);
    await sql`delete from staged_messages where message_id = 1`.execute(database.writes);

    await expect(pull.commit(commit)).rejects.toThrow(StagingLost);
    await pull.release();
    expect(await ledger.readPeriod(account, null)).toBeNull();
  });

  it('sees nothing of another account with the same ids', async () => {
    const { ledger } = await openTestLedger(testDatabase);
    await recordPull(ledger, [textMessage(1, 10), textMessage(2, 20)], { account: 'one' });
    await recordPull(ledger, [textMessage(2, 90, { text: 'other', credits: '7' })], { account: 'two' });
    await recordPull(ledger, [textMessage(1, 10)], { account: 'one' });

    expect((await readAll(ledger, { account: 'one' })).map(({ id }) => id)).toEqual([1]);
    expect(await readAll(ledger, { account: 'two' })).toMatchObject([{ id: 2, text: 'other' }]);
    expect((await readUsage(ledger, { account: 'one' })).totals.creditsUsed.toString()).toBe('1.25');
    expect((await readUsage(ledger, { account: 'two' })).totals.creditsUsed.toString()).toBe('7.00');
    expect(await ledger.readMessage('two', 1)).toBeNull();
    expect(await ledger.readMessage('three', 1)).toBeNull();
  });
});

describe.each(testDatabases)('a ledger on $name', (testDatabase) => {
  it.runIf(testDatabase.name === 'PostgreSQL')('waits for no commit of another instance', async () => {
    const [own, other] = await testDatabase.openHandles(2);
    if (own === undefined || other === undefined) throw new Error('two handles were asked for');
    const ledger = new Ledger({ database: own, now: () => new Date(100_000) });
    await ledger.migrate();
    await recordPull(ledger, [textMessage(1, 10)]);
    // While it commits, it does not renew its lease.
    await sql`update accounts set lease_owner = 'other', lease_until_ms = 1`.execute(other.writes);
    const done = Promise.withResolvers<void>();
    const locked = Promise.withResolvers<void>();
    const commit = other.writes.transaction().execute(async (trx) => {
      await sql`select 1 from accounts where account_id = ${account} for update`.execute(trx);
      locked.resolve();
      await done.promise;
    });
    await locked.promise;

    const beginMs = performance.now();
    expect(await ledger.takeLease(account)).toBeNull();
    await (await beginPull(ledger, 'another')).release();
    await ledger.migrate();
    expect(performance.now() - beginMs).toBeLessThan(2_000);

    done.resolve();
    await commit;
    await Promise.all([own.close(), other.close()]);
  });

  it.runIf(testDatabase.name === 'PostgreSQL')('outlives the end of all its connections', async () => {
    const [own, other] = await testDatabase.openHandles(2);
    if (own === undefined || other === undefined) throw new Error('two handles were asked for');
    const ledger = new Ledger({ database: own, now: () => new Date(0) });
    await ledger.migrate();
    await recordPull(ledger, [textMessage(1, 10)]);

    await sql`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`.execute(other.writes);

    // The news may need a moment; a connection that has not heard it yet fails once.
    await expect
      .poll(() =>
        ledger.ping().then(
          () => true,
          () => false,
        ),
      )
      .toBe(true);
    await expect
      .poll(() =>
        recordPull(ledger, [textMessage(1, 10)]).then(
          () => true,
          () => false,
        ),
      )
      .toBe(true);
    await Promise.all([own.close(), other.close()]);
  });
});

describe.each(testDatabases)('several ledgers on one database on $name', (testDatabase) => {
  it('may migrate at the same time, and then take turns', async () => {
    const handles = await testDatabase.openHandles(3);
    onTestFinished(async () => {
      await Promise.all(handles.map((handle) => handle.close()));
    });
    const ledgers = handles.map((database) => new Ledger({ database, now: () => new Date(0) }));
    await Promise.all(ledgers.map((ledger) => ledger.migrate()));
    await Promise.all(ledgers.map((ledger) => ledger.ping()));

    const leases = await Promise.all(ledgers.map((ledger) => ledger.takeLease(account)));
    expect(leases.filter((lease) => lease !== null)).toHaveLength(1);
    await Promise.all(leases.map(async (lease) => lease?.release()));

    for (const [index, ledger] of ledgers.entries()) {
      const ids = Array.from({ length: index + 1 }, (_, place) => place + 1);
      await recordPull(
        ledger,
        ids.map((id) => textMessage(id, id)),
      );
      for (const reader of ledgers) expect((await readAll(reader)).map(({ id }) => id)).toEqual(ids);
    }
  });
});
