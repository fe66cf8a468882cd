import { LRUCache } from 'lru-cache';

import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';

/** A message that does not count, and why: in words for the log, and as a short reason for the count. */
export interface SetAsideNotice {
  readonly account: string;
  readonly reason: 'invalid' | 'conflicting_duplicate' | 'closed_period';
  /** What tells the message, and what was wrong with it. */
  readonly facts: Readonly<Record<string, string | number | null>>;
}

// A vendor that is wrong in more places than this is told of them again from time to time.
const maxRemembered = 20_000;

/**
 * Logs and counts messages that are set aside, each once: the vendor sends the same list again and again, and a line a
 * pull would hide what is new.
 */
export class SetAsideLog {
  readonly #log: Log;
  readonly #metrics: Metrics;
  readonly #told = new LRUCache<string, true>({ max: maxRemembered });

  constructor({ log, metrics }: { readonly log: Log; readonly metrics: Metrics }) {
    this.#log = log;
    this.#metrics = metrics;
  }

  note(notice: SetAsideNotice): void {
    const { account, reason, facts } = notice;
    const key = JSON.stringify([account, reason, facts]);
    if (this.#told.get(key) === true) return;
    this.#told.set(key, true);
    this.#metrics.messagesSetAside.inc({ reason });
    this.#log.warn({ account, reason, ...facts }, 'message set aside');
  }
}
