import type { Log } from '../../telemetry/log.ts';
import type { DatabaseUnavailable } from './database-unavailable.ts';

// A server that comes back answers some statements before it has refused the last of the old ones.
const calmMs = 1_000;

/** Whether a database is out, told once when it begins and once when it ends, however many statements meet it. */
export class Outage {
  readonly #log: Log | null;
  #sinceMs: number | null = null;
  #lastMetMs = 0;

  /** @param log null: nobody is told. */
  constructor(log: Log | null) {
    this.#log = log;
  }

  /** A statement failed, or a connection. */
  meet(error: DatabaseUnavailable): void {
    this.#lastMetMs = performance.now();
    if (this.#sinceMs !== null) return;
    this.#sinceMs = performance.now();
    this.#log?.error({ err: error }, 'the database is unavailable');
  }

  /** A statement was answered. */
  end(): void {
    if (this.#sinceMs === null || performance.now() - this.#lastMetMs < calmMs) return;
    const outageMs = Math.round(performance.now() - this.#sinceMs);
    this.#sinceMs = null;
    this.#log?.info({ outageMs }, 'the database answers again');
  }
}
