import { bulkhead, type BulkheadPolicy } from 'cockatiel';

/**
 * Which pulls stand in line together: `urgent` ones that somebody waits for, `failing` ones of accounts whose latest
 * pull failed, `long` ones of accounts whose latest pull took long, and `quick` ones, all others.
 */
export type PullLane = 'urgent' | 'quick' | 'long' | 'failing';

/**
 * A pull that takes longer than this takes long. A healthy one ends well before; and it is short enough that twenty
 * accounts that begin to hang all at once delay others by about a second.
 */
export const quickPullMs = 500;

/**
 * Lets pulls begin in lanes, so that trouble delays only trouble: whoever holds up the others is in a lane of its own
 * the next time. Until it is known to, a pull of the urgent or the quick lane that takes long moves over to a place
 * among the late ones and makes room for the next. At most 7 times `places` pulls are under way at once: that many in
 * each lane, and three times as many late ones. That is the bound of what it can do: of more than 3 times `places` pulls
 * that begin to hang at once, the rest keep the places of their lane, and with all of these taken others wait until the
 * first of them meet their deadline.
 */
export class PullLanes {
  readonly #lanes: Readonly<Record<PullLane, BulkheadPolicy>>;
  readonly #late: BulkheadPolicy;

  constructor(places: number) {
    this.#lanes = {
      urgent: openLane(places),
      quick: openLane(places),
      long: openLane(places),
      failing: openLane(places),
    };
    this.#late = openLane(3 * places);
  }

  /** Runs a pull when its lane has a place. @throws whatever the pull throws */
  async run<T>(lane: PullLane, pull: () => Promise<T>): Promise<T> {
    // In an object, for a lane that was given the bare promise would wait for its end.
    const { underWay } = await this.#lanes[lane].execute(async () => {
      const underWay = pull();
      const ended = awaitEnd(underWay);
      // Of these two lanes it is known that they last: moving over, they would only take the room of the others.
      if (lane === 'long' || lane === 'failing') await ended;
      else await this.#leavePlace(ended);
      return { underWay };
    });
    return underWay;
  }

  /** Ends with the pull, or when it takes long and has got a place among the late ones. */
  async #leavePlace(ended: Promise<void>): Promise<void> {
    const { promise: left, resolve: leave } = Promise.withResolvers<void>();
    const moveOver = setTimeout(() => {
      void this.#late.execute(() => {
        leave();
        return ended;
      });
    }, quickPullMs);
    await Promise.race([ended, left]);
    clearTimeout(moveOver);
  }
}

/** The line before it has no end of its own: no account stands in it twice. */
function openLane(places: number): BulkheadPolicy {
  return bulkhead(places, Number.POSITIVE_INFINITY);
}

async function awaitEnd(pull: Promise<unknown>): Promise<void> {
  await Promise.allSettled([pull]);
}
