/**
 * A line of pulls: so many of them are under way at once, the others wait. Pulls that somebody waits for go first. No
 * account stands in it twice.
 */
export class PullLine {
  #freePlaces: number;
  /** By account, in the order of their coming. Each call lets a pull begin. */
  readonly #urgent = new Map<string, () => void>();
  readonly #others = new Map<string, () => void>();

  constructor(places: number) {
    this.#freePlaces = places;
  }

  /** Runs an account's pull when its turn has come. @throws what the pull throws */
  async run(account: string, isUrgent: boolean, pull: () => Promise<void>): Promise<void> {
    if (this.#freePlaces > 0) this.#freePlaces -= 1;
    else {
      const { promise: turn, resolve: begin } = Promise.withResolvers<void>();
      (isUrgent ? this.#urgent : this.#others).set(account, begin);
      await turn;
    }
    try {
      await pull();
    } finally {
      this.#passPlaceOn();
    }
  }

  /** Lets an account's pull overtake the others, if it still waits. */
  hasten(account: string): void {
    const begin = this.#others.get(account);
    if (begin === undefined) return;
    this.#others.delete(account);
    this.#urgent.set(account, begin);
  }

  #passPlaceOn(): void {
    for (const waiting of [this.#urgent, this.#others]) {
      for (const [account, begin] of waiting) {
        waiting.delete(account);
        begin();
        return;
      }
    }
    this.#freePlaces += 1;
  }
}
