import { ExponentialBackoff, handleWhen, retry } from 'cockatiel';
import pg from 'pg';

import { DatabaseUnavailable } from './database-unavailable.ts';
import { SqliteFailure } from './sqlite-connection.ts';

// PostgreSQL's deadlock_detected and serialization_failure: it gave up one of two that stood in each other's way.
const postgresConflicts = new Set(['40P01', '40001']);
const sqliteBusy = 5;

// A conflict has passed when its other side is done; one that outlasts this is no conflict but a fault.
const policy = retry(handleWhen(isWriteConflict), {
  maxAttempts: 4,
  backoff: new ExponentialBackoff({ initialDelay: 25, maxDelay: 1_000 }),
});

/** Does a write again that another instance was in the way of: five times in all, then its error is thrown. */
export function retryConflicts<T>(write: () => Promise<T>): Promise<T> {
  return policy.execute(write);
}

/** Whether a write failed only because another one was there at the same time. */
function isWriteConflict(error: unknown): boolean {
  const facts = error instanceof DatabaseUnavailable ? error.cause : error;
  if (facts instanceof pg.DatabaseError) return postgresConflicts.has(facts.code ?? '');
  return facts instanceof SqliteFailure && facts.primaryCode === sqliteBusy;
}
