import { rateLimited } from '../../refusal.ts';

/** How many subscriptions there may be at once. */
export interface SubscriptionLimits {
  readonly maxPerConnection: number;
  readonly maxPerAccount: number;
}

// Nobody knows when another subscription ends; a client must not try again at once.
const retryAfterSeconds = 30;

/** Counts the open subscriptions. */
export class SubscriptionCount {
  readonly #limits: SubscriptionLimits;
  readonly #byAccount = new Map<string, number>();
  readonly #byConnection = new WeakMap<object, number>();
  #all = 0;

  constructor(limits: SubscriptionLimits) {
    this.#limits = limits;
  }

  /** All that are open now. */
  get open(): number {
    return this.#all;
  }

  /** Counts one more. @param connection whatever stands for it. @returns ends that. @throws Refusal when there are too many */
  begin(account: string, connection: object): () => void {
    const ofAccount = this.#byAccount.get(account) ?? 0;
    const ofConnection = this.#byConnection.get(connection) ?? 0;
    if (ofAccount >= this.#limits.maxPerAccount || ofConnection >= this.#limits.maxPerConnection) {
      throw rateLimited(retryAfterSeconds);
    }
    this.#byAccount.set(account, ofAccount + 1);
    this.#byConnection.set(connection, ofConnection + 1);
    this.#all += 1;
    let isOpen = true;
    return () => {
      if (!isOpen) return;
      isOpen = false;
      this.#all -= 1;
      this.#byConnection.set(connection, (this.#byConnection.get(connection) ?? 1) - 1);
      const left = (this.#byAccount.get(account) ?? 1) - 1;
      if (left === 0) this.#byAccount.delete(account);
      else this.#byAccount.set(account, left);
    };
  }
}
