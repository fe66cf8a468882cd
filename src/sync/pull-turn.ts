import type { PullLane, PullLanes } from './pull-lanes.ts';

/** A pull that stands in line, maybe in two lanes at once: it begins where it gets a place first. */
export class PullTurn {
  /** Settles when the pull has ended. */
  readonly ended: Promise<void>;
  readonly #pull: () => Promise<void>;
  readonly #end: () => void;
  readonly #lanes = new Set<PullLane>();
  #hasBegun = false;

  /** @param pull must not throw */
  constructor(pull: () => Promise<void>) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    this.#pull = pull;
    this.#end = resolve;
  }

  /** Whether it waits in this lane already, or waits no more. */
  standsIn(lane: PullLane): boolean {
    return this.#hasBegun || this.#lanes.has(lane);
  }

  /** Lets it wait in one more lane. */
  standIn(lane: PullLane, lanes: PullLanes): void {
    this.#lanes.add(lane);
    void lanes.run(lane, () => this.#begin());
  }

  async #begin(): Promise<void> {
    // It began in its other lane: the place here is for the next one.
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    await this.#pull();
    this.#end();
  }
}
