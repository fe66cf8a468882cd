/** How long one turn of the event loop may begin requests, in ms. */
const turnMs = 5;

interface WaitingRequest {
  readonly begin: (waitedMs: number) => void;
  readonly arrivedMs: number;
}

/**
 * Lets requests begin in the order of their arrival. Once a turn of the event loop has had enough of them, the others
 * wait, and one begins in each turn. Without that, a turn takes as long as all requests that have arrived since the last
 * one, and Node.js accepts a single new connection in each turn: under a load of twice what the process can answer, new
 * clients waited 20 seconds for their connection, while nothing told of an overload. Waiting here can be measured.
 *
 * No longer than the number of open connections, for each sends its requests one by one.
 */
export class TurnQueue {
  readonly #waiting: WaitingRequest[] = [];
  /** Null: nothing has begun in this turn. */
  #turnBeganMs: number | null = null;

  /** @param begin called at once or in a later turn, with how long that took. */
  enter(begin: (waitedMs: number) => void): void {
    const nowMs = performance.now();
    if (this.#turnBeganMs === null) {
      this.#turnBeganMs = nowMs;
      setImmediate(() => {
        this.#turnBeganMs = null;
      });
    }
    if (this.#waiting.length === 0 && nowMs - this.#turnBeganMs < turnMs) return begin(0);
    this.#waiting.push({ begin, arrivedMs: nowMs });
    if (this.#waiting.length === 1) setImmediate(this.#beginNext);
  }

  readonly #beginNext = (): void => {
    const next = this.#waiting.shift();
    // What is set here runs in the next turn.
    if (this.#waiting.length > 0) setImmediate(this.#beginNext);
    next?.begin(performance.now() - next.arrivedMs);
  };
}
