import { once } from 'node:events';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';

import type { SqliteConnection, SqliteResult } from './sqlite-connection.ts';

/** What the thread is started with. */
export interface SqliteThreadOptions {
  readonly path: string;
  readonly readOnly: boolean;
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
  | { readonly id: number; readonly error: unknown };

interface Waiting {
  readonly resolve: (result: SqliteResult) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * A connection whose statements run in a thread of their own, so that long ones never hold the event loop.
 * Statements run one at a time, in the order in which they were given.
 */
export function openSqliteThread(options: SqliteThreadOptions): SqliteConnection {
  // The same file name in the sources and in the build, but for its extension.
  const entry = new URL(`./sqlite-worker${extname(import.meta.url)}`, import.meta.url);
  const worker = new Worker(entry, { workerData: options });
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  let failure: unknown = null;

  worker.on('message', (reply: StatementReply) => {
    const waiter = waiting.get(reply.id);
    waiting.delete(reply.id);
    if ('result' in reply) waiter?.resolve(reply.result);
    else waiter?.reject(reply.error);
    if (waiting.size === 0) worker.unref();
  });
  worker.on('error', (error) => failAll(error));
  worker.on('exit', () => failAll(new Error('the SQLite thread has ended')));
  worker.unref();

  function failAll(error: unknown): void {
    failure ??= error;
    for (const waiter of waiting.values()) waiter.reject(failure);
    waiting.clear();
  }

  return {
    execute(sql, parameters) {
      if (failure !== null) return Promise.reject(failure);
      const id = ++lastId;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        worker.ref();
        worker.postMessage({ id, sql, parameters } satisfies StatementRequest);
      });
    },
    async close() {
      if (failure !== null) return;
      worker.ref();
      // Ends after the statements that were given before.
      worker.postMessage(null);
      await once(worker, 'exit');
    },
  };
}
