import type { UnreadableRows } from '../ledger/recording/pull.ts';
import type { InvalidMessage } from '../upstream/upstream.ts';
import type { SetAsideLog } from './set-aside-log.ts';

/** The rows of one list that could not be read: told of, and counted. */
export class UnreadableLog implements UnreadableRows {
  readonly #account: string;
  readonly #setAside: SetAsideLog;
  readonly #ids = new Set<number>();
  #count = 0;
  #firstProblem: string | null = null;

  constructor(account: string, setAside: SetAsideLog) {
    this.#account = account;
    this.#setAside = setAside;
  }

  get count(): number {
    return this.#count;
  }

  get ids(): ReadonlySet<number> {
    return this.#ids;
  }

  /** What is wrong with the first of them: `id must be a whole number, but is "abc"`; null when there is none. */
  get firstProblem(): string | null {
    return this.#firstProblem;
  }

  note(rows: readonly InvalidMessage[]): void {
    this.#count += rows.length;
    for (const { index, id, field, problem } of rows) {
      this.#firstProblem ??= `${field} ${problem}`;
      if (id !== null) this.#ids.add(id);
      // Where it stands changes with each message before it; it serves where there is no id.
      const place = id === null ? { index } : { messageId: id };
      this.#setAside.note({ account: this.#account, reason: 'invalid', facts: { ...place, field, problem } });
    }
  }
}
