/** Why there is no answer, as far as the page acts on it. */
export type Problem =
  /** A credential is missing or no longer accepted. */
  | { readonly kind: 'credential' }
  /** The account may not do this. */
  | { readonly kind: 'forbidden'; readonly message: string }
  /** It will be tried again; meanwhile, what was there stays. */
  | { readonly kind: 'wait'; readonly reason: WaitReason; readonly retryAtMs: number }
  /** What was asked for makes no sense to the service. */
  | { readonly kind: 'refused'; readonly code: string; readonly message: string };

/** What the page waits for. */
export type WaitReason = 'offline' | 'unreachable' | 'limited' | 'busy' | 'upstream' | 'database' | 'fault';

/** What an answer says of itself, before its data is looked at. */
export interface AnswerHead {
  readonly status: number;
  /** Seconds, as `Retry-After` gives them; null where it is missing. */
  readonly retryAfter: string | null;
}

/** An error of GraphQL, and what the service's own refusals look like. */
export interface AnswerError {
  readonly message: string;
  readonly extensions?: { readonly code?: string; readonly retryAfterSeconds?: number };
}

const shortPauseMs = 3_000;

/** What the first error of an answer means for the page. Source: docs/behaviour.md, "Errors". */
export function problemOf(
  { status, retryAfter }: AnswerHead,
  error: AnswerError | undefined,
  nowMs: number,
): Problem {
  const code = error?.extensions?.code ?? '';
  const message = error?.message ?? `The service answered with status ${status}.`;
  if (status === 401 || code === 'UNAUTHENTICATED') return { kind: 'credential' };
  if (status === 403 || status === 421 || code === 'FORBIDDEN') return { kind: 'forbidden', message };
  const reason = waitReasonOf(status, code);
  if (reason === null) return { kind: 'refused', code, message };
  const seconds = error?.extensions?.retryAfterSeconds ?? Number(retryAfter ?? '');
  const pauseMs = seconds > 0 && seconds < 86_400 ? seconds * 1_000 : shortPauseMs;
  return { kind: 'wait', reason, retryAtMs: nowMs + pauseMs };
}

/** No answer came at all. */
export function noAnswer({ online, nowMs }: { readonly online: boolean; readonly nowMs: number }): Problem {
  return { kind: 'wait', reason: online ? 'unreachable' : 'offline', retryAtMs: nowMs + shortPauseMs };
}

function waitReasonOf(status: number, code: string): WaitReason | null {
  if (code === 'UPSTREAM_UNAVAILABLE') return 'upstream';
  if (code === 'DATABASE_UNAVAILABLE') return 'database';
  if (status === 429 || code === 'RATE_LIMITED') return 'limited';
  if (status === 503 || code === 'OVERLOADED') return 'busy';
  return status >= 500 || code === 'INTERNAL_SERVER_ERROR' ? 'fault' : null;
}
