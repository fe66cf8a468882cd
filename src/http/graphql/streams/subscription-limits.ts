import type { Gauge } from 'prom-client';

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
  readonly #open: Gauge;
  readonly #byAccount = new Map<string, number>();
  readonly #byConnection = new WeakMap<object, number>();

  /** @param open shows how many are open now. */
  constructor(limits: SubscriptionLimits, open: Gauge) {
    this.#limits = limits;
    this.#open = open;
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
    this.#open.inc();
    let isOpen = true;
    return () => {
      if (!isOpen) return;
      isOpen = false;
      this.#open.dec();
      this.#byConnection.set(connection, (this.#byConnection.get(connection) ?? 1) - 1);
      const left = (this.#byAccount.get(account) ?? 1) - 1;
      if (left === 0) this.#byAccount.delete(account);
      else this.#byAccount.set(account, left);
    };
  }
}
