import { type Logger, pino } from 'pino';

/** The one logger type of the service. Rooms get a child of it; none makes its own. */
export type Log = Logger;

/** Pino's levels, from most to least talkative; `silent` writes nothing. */
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** One of {@link logLevels}. */
export type LogLevel = (typeof logLevels)[number];

/** Makes the root logger: JSON lines on standard error, so that standard output stays for people. */
export function createLog(level: LogLevel): Log {
  // Synchronous, so that the last line before an exit is never lost.
  return pino({ level, base: null }, pino.destination({ fd: 2, sync: true }));
}
