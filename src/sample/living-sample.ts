import period from './current-period.json' with { type: 'json' };
import reports from './reports.json' with { type: 'json' };

/** What a sample answers at a path; null: there is nothing. */
export type SampleAnswers = (path: string) => { readonly status: number; readonly json: unknown } | null;

const closedCount = 40;
const closedMs = 8_000;
const growthMs = 3_000;
const brokenReport = { id: 5392, untilMs: 60_000 };
const dayMs = 86_400_000;

/**
 * A sample that lives: first a period that closes after some seconds, then one that grows every few seconds, and a
 * report that cannot be read for the first minute.
 * @param elapsedMs how long it lives
 */
export function createLivingSample(elapsedMs: () => number): SampleAnswers {
  return (path) => {
    if (path === '/messages/current-period')
      return { status: 200, json: { messages: listMessages(elapsedMs()) } };
    const report = reports.find(({ id }) => path === `/reports/${id}`);
    if (report === undefined) return null;
    const isBroken = report.id === brokenReport.id && elapsedMs() < brokenReport.untilMs;
    return isBroken
      ? { status: 500, json: { error: 'The report cannot be read just now.' } }
      : { status: 200, json: report };
  };
}

function listMessages(elapsedMs: number): readonly object[] {
  const { messages } = period;
  if (elapsedMs < closedMs)
    return messages.slice(0, closedCount).map((message) =>
      Object.assign({}, message, {
        id: message.id - 1_000 + 1,
        timestamp: shift(message.timestamp, -30 * dayMs),
      }),
    );
  const count = closedCount + Math.floor((elapsedMs - closedMs) / growthMs);
  return Array.from({ length: count }, (_, index) => {
    const round = Math.floor(index / messages.length);
    const message = messages[index % messages.length];
    // Each round of the same messages is a week later.
    return message === undefined
      ? {}
      : {
          ...message,
          id: message.id + 1_000 * round,
          timestamp: shift(message.timestamp, 7 * dayMs * round),
        };
  });
}

function shift(timestamp: string, byMs: number): string {
  return new Date(Date.parse(timestamp) + byMs).toISOString();
}
