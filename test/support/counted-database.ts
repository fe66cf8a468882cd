import type { Kysely, KyselyPlugin, QueryId, RootOperationNode } from 'kysely';
import type { Database } from '../../src/ledger/database/database.ts';
import type { Tables } from '../../src/ledger/database/tables.ts';

/** Lists the SQL of all statements that a database answers from now on, in the order of the answers. */
export function countStatements(database: Database): {
  readonly database: Database;
  readonly statements: string[];
} {
  const statements: string[] = [];
  const listed = (db: Kysely<Tables>): Kysely<Tables> => {
    const nodes = new WeakMap<QueryId, RootOperationNode>();
    const plugin: KyselyPlugin = {
      // Subqueries pass here too, but only whole statements have a result.
      transformQuery({ node, queryId }) {
        nodes.set(queryId, node);
        return node;
      },
      async transformResult({ result, queryId }) {
        const node = nodes.get(queryId);
        statements.push(node === undefined ? 'unknown' : db.getExecutor().compileQuery(node, queryId).sql);
        return result;
      },
    };
    return db.withPlugin(plugin);
  };
  return {
    statements,
    database: {
      ...database,
      reads: listed(database.reads),
      pullReads: listed(database.pullReads),
      scans: listed(database.scans),
      writes: listed(database.writes),
    },
  };
}
