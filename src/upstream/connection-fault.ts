import { type CallFacts, UpstreamError, UpstreamUnavailable } from './errors.ts';

// Faults from before a connection stood. Those say something about the whole upstream; a connection that breaks later
// may be one report's doing.
const connectCodes: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTDOWN',
  'ENETDOWN',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Names what the HTTP client threw. */
export function nameConnectionFault(cause: unknown, call: CallFacts): UpstreamError {
  // Our own, given to the abort: it says more than the broken connection that follows from it.
  if (cause instanceof UpstreamError) return cause;
  const code = cause instanceof Error && 'code' in cause ? cause.code : null;
  if (code === 'UND_ERR_DESTROYED' || code === 'UND_ERR_CLOSED') {
    return new UpstreamUnavailable({ ...call, reason: 'closed' }, { cause });
  }
  const reason = connectCodes.has(code) ? 'unreachable' : 'disconnected';
  return new UpstreamUnavailable({ ...call, reason, detail: describe(cause) }, { cause });
}

/** What the system said, with the address. Of a name with several addresses, it says so of each. */
function describe(cause: unknown): string {
  if (cause instanceof AggregateError && cause.errors.length > 0)
    return cause.errors.map(describe).join('; ');
  return cause instanceof Error ? cause.message : String(cause);
}
