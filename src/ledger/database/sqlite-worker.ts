import { parentPort, workerData } from 'node:worker_threads';

import { openSqlite, SqliteFailure } from './sqlite-connection.ts';
import type { SqliteThreadOptions, StatementReply, StatementRequest } from './sqlite-thread.ts';

// The thread's side of `sqlite-thread.ts`: one connection, one statement at a time, in order.
const { path, ...options }: SqliteThreadOptions = workerData;
const connection = openSqlite(path, options);

parentPort?.on('message', (request: StatementRequest | null) => {
  if (request !== null) {
    parentPort?.postMessage(answer(request));
    return;
  }
  connection.close();
  parentPort?.close();
});

function answer({ id, sql, parameters }: StatementRequest): StatementReply {
  try {
    return { id, result: connection.execute(sql, parameters) };
  } catch (error) {
    // On its way to the other thread an error keeps its text but loses its class and its facts.
    return { id, error, resultCode: error instanceof SqliteFailure ? error.resultCode : null };
  }
}
