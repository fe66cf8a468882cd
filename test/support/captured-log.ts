import { pino } from 'pino';
import { z } from 'zod';
import type { Log } from '../../src/telemetry/log.ts';

const line = z.looseObject({ level: z.number(), msg: z.string() });

/** A log whose lines from `warn` on are kept, parsed, in their order. */
export function captureLog(): { readonly log: Log; readonly lines: readonly z.infer<typeof line>[] } {
  const lines: z.infer<typeof line>[] = [];
  const log = pino(
    { level: 'warn', base: null },
    { write: (text) => lines.push(line.parse(JSON.parse(text))) },
  );
  return { log, lines };
}
