import type { CompiledQuery, Kysely } from 'kysely';

import type { Tables } from './tables.ts';

/** More shapes of a statement than there are; a bound all the same. */
const maxStatements = 500;

/**
 * Statements that were written before. Kysely takes longer to write a short statement than SQLite to answer it, so what
 * every request reads is written once.
 */
export class StatementCache<Row> {
  readonly #known = new WeakMap<Kysely<Tables>, Map<string, CompiledQuery<Row>>>();

  /**
   * A statement with these parameters.
   * @param shape tells apart statements whose SQL differs.
   * @param parameters all of the statement's, in their order in its SQL.
   */
  get(
    db: Kysely<Tables>,
    shape: string,
    parameters: readonly unknown[],
    write: () => CompiledQuery<Row>,
  ): CompiledQuery<Row> {
    const known = this.#known.get(db) ?? new Map<string, CompiledQuery<Row>>();
    this.#known.set(db, known);
    let statement = known.get(shape);
    if (statement === undefined) {
      statement = write();
      if (known.size >= maxStatements) known.clear();
      known.set(shape, statement);
    }
    return { ...statement, parameters };
  }
}
