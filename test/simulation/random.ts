/** A stream of random choices that a seed repeats to the letter. */
export class Random {
  #state: number;

  constructor(seed: number) {
    // Neighbouring seeds must not begin alike.
    this.#state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b);
  }

  /** A number from 0 to 1, without 1. Source: mulberry32. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from 0 to `limit`, without `limit`. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  /** True with the probability given. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** One of some things. @throws RangeError when there is none */
  pick<T>(things: readonly T[]): T {
    for (const thing of things.slice(this.below(things.length))) return thing;
    throw new RangeError('there is nothing to pick from');
  }

  /** The things in another order; those of one key keep theirs among themselves. */
  shuffle<T>(things: readonly T[], keyOf: (thing: T) => unknown): readonly T[] {
    const shuffled = [...things];
    for (let last = shuffled.length - 1; last > 0; last--) {
      shuffled.push(...shuffled.splice(this.below(last + 1), 1));
    }
    const queues = Map.groupBy(things, keyOf);
    const taken = new Map<unknown, number>();
    return shuffled.map((thing) => {
      const key = keyOf(thing);
      const place = taken.get(key) ?? 0;
      taken.set(key, place + 1);
      return queues.get(key)?.[place] ?? thing;
    });
  }
}
