import { pino } from 'pino';
import { z } from 'zod';
import type { Log } from '../../src/telemetry/log.ts';

const line = z.looseObject({ level: z.number(), msg: z.string() });

/** A log whose lines from a level on are kept, parsed, in their order. */
export function captureLog(level: 'info' | 'warn' = 'warn'): {
  readonly log: Log;
  readonly lines: readonly z.infer<typeof line>[];
} {
  const lines: z.infer<typeof line>[] = [];
  const log = pino({ level, base: null }, { write: (text) => lines.push(line.parse(JSON.parse(text))) });
  return { log, lines };
}
