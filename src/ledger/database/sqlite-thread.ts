import { once } from 'node:events';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';

import { DatabaseUnavailable } from './database-unavailable.ts';
import {
  type SqliteConnection,
  SqliteFailure,
  type SqliteOptions,
  type SqliteResult,
} from './sqlite-connection.ts';

/** What the thread is started with. */
export interface SqliteThreadOptions extends SqliteOptions {
  readonly path: string;
}

/** A statement on its way to the thread. */
export interface StatementRequest {
  readonly id: number;
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** What the thread answers: a result, or the error that the statement threw. */
export type StatementReply =
  | { readonly id: number; readonly result: SqliteResult }
  /** `resultCode` is SQLite's; null when the error is not SQLite's. */
  | { readonly id: number; readonly error: unknown; readonly resultCode: number | null };

interface Waiting {
  readonly request: StatementRequest;
  readonly resolve: (result: SqliteResult) => void;
  readonly reject: (error: unknown) => void;
  readonly timer: NodeJS.Timeout | null;
}

/**
 * A connection whose statements run in a thread of their own, so that long ones never hold the event loop.
 * Statements run one at a time, in the order in which they were given.
 * @param answerMs how long a caller waits, its turn included; null: as long as it takes. A statement whose turn comes
 * too late is not run; one that runs too long is finished, but for nobody.
 */
export function openSqliteThread(
  options: SqliteThreadOptions,
  { answerMs }: { readonly answerMs: number | null },
): SqliteConnection {
  // The same file name in the sources and in the build, but for its extension.
  const entry = new URL(`./sqlite-worker${extname(import.meta.url)}`, import.meta.url);
  const worker = new Worker(entry, { workerData: options });
  const queue = new Map<number, Waiting>();
  let runningId: number | null = null;
  let lastId = 0;
  let failure: DatabaseUnavailable | null = null;

  worker.on('message', (reply: StatementReply) => {
    runningId = null;
    const waiter = take(reply.id);
    if ('result' in reply) waiter?.resolve(reply.result);
    else waiter?.reject(toError(reply));
    runNext();
  });
  worker.on('error', (error) => failAll(error, readReason(error)));
  worker.on('exit', (code) => failAll(new Error(`exit code ${code}`), 'its thread has ended'));
  worker.unref();

  function runNext(): void {
    if (runningId !== null) return;
    const [next] = queue.values();
    if (next === undefined) {
      worker.unref();
      return;
    }
    runningId = next.request.id;
    worker.ref();
    worker.postMessage(next.request);
  }

  function take(id: number): Waiting | undefined {
    const waiter = queue.get(id);
    queue.delete(id);
    if (waiter !== undefined && waiter.timer !== null) clearTimeout(waiter.timer);
    return waiter;
  }

  function failAll(cause: unknown, reason: string): void {
    failure ??= new DatabaseUnavailable({ reason }, { cause });
    for (const id of queue.keys()) take(id)?.reject(failure);
  }

  function giveUpAfter(id: number, ms: number): NodeJS.Timeout {
    return setTimeout(() => {
      take(id)?.reject(new DatabaseUnavailable({ reason: `a statement had no answer within ${ms} ms` }));
    }, ms);
  }

  return {
    get usable() {
      return failure === null;
    },
    execute(sql, parameters) {
      if (failure !== null) return Promise.reject(failure);
      const id = ++lastId;
      return new Promise((resolve, reject) => {
        const timer = answerMs === null ? null : giveUpAfter(id, answerMs);
        queue.set(id, { request: { id, sql, parameters }, resolve, reject, timer });
        runNext();
      });
    },
    async close() {
      if (failure !== null) return;
      const ended = once(worker, 'exit');
      // Not before the statements that were given earlier.
      while (queue.size > 0) await Promise.race([once(worker, 'message'), ended]);
      worker.ref();
      worker.postMessage(null);
      await ended;
    },
  };
}

function toError({
  error,
  resultCode,
}: {
  readonly error: unknown;
  readonly resultCode: number | null;
}): unknown {
  if (resultCode === null || !(error instanceof Error)) return error;
  return new SqliteFailure({ message: error.message, resultCode }, { cause: error });
}

function readReason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
