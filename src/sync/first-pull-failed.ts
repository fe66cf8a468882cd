import { DatabaseUnavailable } from '../ledger/database/database-unavailable.ts';
import { SnapshotRefused } from '../ledger/recording/snapshot-refused.ts';
import { UpstreamError, UpstreamUnavailable } from '../upstream/errors.ts';

/** An account has no recorded usage yet, and none could be pulled. */
export class FirstPullFailed extends Error {
  constructor({ account }: { readonly account: string }, options: ErrorOptions) {
    super(`account ${account}: nothing was ever pulled, and the upstream does not answer`, options);
    this.name = 'FirstPullFailed';
  }
}

/** What to throw when an account's first pull failed: the database's fault is not to be told as the upstream's. */
export function toFirstPullFailure(account: string, cause: unknown): Error {
  return cause instanceof DatabaseUnavailable ? cause : new FirstPullFailed({ account }, { cause });
}

/** Why nothing was ever pulled, for the operator of the service: no host and no secret is in it. */
export function describePullFailure(failure: unknown): string {
  const told = findFirstCause(failure);
  const isKnown = told instanceof SnapshotRefused || told instanceof UpstreamError;
  return `nothing was ever pulled from the upstream: ${isKnown ? told.problem : 'the log says why'}`;
}

/** That it was not asked just now says nothing: what counts is the fault for which it was not. */
function findFirstCause(failure: unknown): unknown {
  const wasNotAsked = failure instanceof UpstreamUnavailable && failure.reason === 'breaker-open';
  return wasNotAsked && failure.cause instanceof UpstreamError ? failure.cause : failure;
}
