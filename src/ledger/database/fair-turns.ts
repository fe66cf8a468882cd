import { DatabaseUnavailable } from './database-unavailable.ts';

/** How many may work at once, and how long the others wait. */
export interface FairTurnsOptions {
  readonly maxAtOnce: number;
  /** How many of these one account may have: one less than all leaves a place for the others. */
  readonly maxOfOneAccount: number;
  readonly maxWaitMs: number;
}

interface Waiting {
  readonly begin: () => void;
}

/**
 * Shares out searches between accounts. While too many are under way, the others stand in lines, a line for each
 * account, and the lines take turns. An account that asks for many searches delays its own; another account waits for
 * one turn of each account before it.
 */
export class FairTurns {
  readonly #options: FairTurnsOptions;
  /** The account whose turn is next comes first. No line is empty. */
  readonly #lines = new Map<string, Set<Waiting>>();
  /** How many searches of each account are under way. Accounts without any are not in here. */
  readonly #running = new Map<string, number>();
  #runningCount = 0;

  constructor(options: FairTurnsOptions) {
    this.#options = options;
  }

  /** Does a search when it is its turn. @throws DatabaseUnavailable when its turn does not come in time */
  async take<T>(account: string, search: () => Promise<T>): Promise<T> {
    if (!this.#isFree(account)) await this.#wait(account);
    else this.#enter(account);
    try {
      return await search();
    } finally {
      this.#leave(account);
    }
  }

  #isFree(account: string): boolean {
    const { maxAtOnce, maxOfOneAccount } = this.#options;
    return this.#runningCount < maxAtOnce && (this.#running.get(account) ?? 0) < maxOfOneAccount;
  }

  #enter(account: string): void {
    this.#runningCount += 1;
    this.#running.set(account, (this.#running.get(account) ?? 0) + 1);
  }

  #leave(account: string): void {
    this.#runningCount -= 1;
    const left = (this.#running.get(account) ?? 1) - 1;
    if (left === 0) this.#running.delete(account);
    else this.#running.set(account, left);
    this.#beginNext();
  }

  #beginNext(): void {
    for (const [account, line] of this.#lines) {
      if (!this.#isFree(account)) continue;
      const [next] = line;
      if (next === undefined) continue;
      this.#remove(account, line, next);
      // To the end of the turns.
      if (this.#lines.delete(account)) this.#lines.set(account, line);
      this.#enter(account);
      next.begin();
      return;
    }
  }

  #wait(account: string): Promise<void> {
    const line = this.#lines.get(account) ?? new Set<Waiting>();
    this.#lines.set(account, line);
    const { maxWaitMs } = this.#options;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#remove(account, line, waiting);
        reject(new DatabaseUnavailable({ reason: `a search had no turn within ${maxWaitMs} ms` }));
      }, maxWaitMs);
      const waiting: Waiting = {
        begin() {
          clearTimeout(timer);
          resolve();
        },
      };
      line.add(waiting);
    });
  }

  #remove(account: string, line: Set<Waiting>, waiting: Waiting): void {
    line.delete(waiting);
    if (line.size === 0) this.#lines.delete(account);
  }
}
