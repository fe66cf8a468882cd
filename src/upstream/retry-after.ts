const maxWaitMs = 24 * 60 * 60 * 1000;
// The one date form that HTTP lets senders write; Date.parse alone would take nearly any text for a date.
const httpDate = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/**
 * How long a `Retry-After` header asks to wait, in ms, 24 hours at most; null when it says nothing readable.
 * Source: RFC 9110, 10.2.3.
 */
export function readRetryAfter(header: string | null, now: Date): number | null {
  const text = header?.trim() ?? '';
  if (/^\d+$/.test(text)) return Math.min(Number(text) * 1000, maxWaitMs);
  if (!httpDate.test(text)) return null;
  const waitMs = Date.parse(text) - now.getTime();
  return Number.isNaN(waitMs) ? null : Math.min(Math.max(waitMs, 0), maxWaitMs);
}
