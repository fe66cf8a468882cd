import type { KyselyPlugin } from 'kysely';
import type { Database } from '../../src/ledger/database/database.ts';

/** What the simulated database throws when its time has come. */
export class DatabaseGone extends Error {
  constructor() {
    super('the simulated database is gone');
    this.name = 'DatabaseGone';
  }
}

/** A database whose writes can be made to fail from some statement on, as when the process or the server dies. */
export interface BreakingDatabase extends Database {
  /** Lets so many more write statements pass, and none after them. */
  breakAfter(statements: number): void;
}

/** Puts a breaking point into a real database. */
export function makeBreakable(database: Database): BreakingDatabase {
  let left = Infinity;
  const plugin: KyselyPlugin = {
    transformQuery({ node }) {
      if (left <= 0) throw new DatabaseGone();
      left -= 1;
      return node;
    },
    transformResult: async ({ result }) => result,
  };
  return {
    ...database,
    // Scans give up after some time: a busy machine must not break a history.
    scans: database.reads,
    writes: database.writes.withPlugin(plugin),
    breakAfter(statements) {
      left = statements;
    },
  };
}
