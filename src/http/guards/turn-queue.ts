/** How long one turn of the event loop may begin requests, in ms. */
const turnMs = 5;
/** How many requests of one connection may wait behind its own place in line: the few clients that pipeline send few. */
const maxBehind = 20;

/** Where requests come from. */
export interface Connection {
  /** Whether nobody is there any more to take an answer. */
  readonly destroyed: boolean;
}

type Begin = (waitedMs: number) => void;

interface Place {
  readonly connection: Connection;
  readonly begin: Begin;
  readonly joinedMs: number;
}

/**
 * Lets requests begin in the order of their arrival. Once a turn of the event loop has had enough of them, the others
 * wait, and one begins in each turn. Without that, a turn takes as long as all requests that have arrived since the last
 * one, and Node.js accepts a single new connection in each turn: under a load of twice what the process can answer, new
 * clients waited 20 seconds for their connection, while nothing told of an overload. Waiting here can be measured.
 *
 * A connection has one place in line. Node.js hands over at once all requests that one has pipelined; those wait behind
 * their own first, and join the end of the line one by one, so that one connection cannot keep the others waiting.
 *
 * The line is no longer than the number of connections, and behind each place in it wait 20 requests at most.
 */
export class TurnQueue {
  readonly #line: Place[] = [];
  /** What waits behind each connection's place in line; connections without a place are not in here. */
  readonly #behind = new Map<Connection, Begin[]>();
  /** Null: nothing has begun in this turn. */
  #turnBeganMs: number | null = null;
  /** Whose request was the last to begin at once in this turn. What is pipelined comes without others in between. */
  #lastBegun: Connection | null = null;

  /**
   * @param begin called at once or in a later turn, with how long the request stood in line: what it waited behind others
   *   of its own connection does not count. Never called when the connection ends first.
   * @returns false when too many of the connection wait already; then `begin` is not called.
   */
  enter(connection: Connection, begin: Begin): boolean {
    const nowMs = performance.now();
    if (this.#turnBeganMs === null) {
      this.#turnBeganMs = nowMs;
      setImmediate(this.#endTurn);
    }
    if (
      this.#line.length === 0 &&
      nowMs - this.#turnBeganMs < turnMs &&
      // Most of a request's work comes after all that are pipelined with it were handed over: no clock can see it here.
      connection !== this.#lastBegun
    ) {
      this.#lastBegun = connection;
      begin(0);
      return true;
    }
    const behind = this.#behind.get(connection);
    if (behind === undefined) {
      this.#behind.set(connection, []);
      this.#line.push({ connection, begin, joinedMs: nowMs });
      if (this.#line.length === 1) setImmediate(this.#beginNext);
      return true;
    }
    if (behind.length === maxBehind) return false;
    behind.push(begin);
    return true;
  }

  readonly #endTurn = (): void => {
    this.#turnBeganMs = null;
    this.#lastBegun = null;
  };

  readonly #beginNext = (): void => {
    const next = this.#line.shift();
    if (next === undefined) return;
    const { connection, begin, joinedMs } = next;
    const nowMs = performance.now();
    const following = connection.destroyed ? undefined : this.#behind.get(connection)?.shift();
    if (following === undefined) this.#behind.delete(connection);
    else this.#line.push({ connection, begin: following, joinedMs: nowMs });
    // What is set here runs in the next turn.
    if (this.#line.length > 0) setImmediate(this.#beginNext);
    if (!connection.destroyed) begin(nowMs - joinedMs);
  };
}
