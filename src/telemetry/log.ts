import { type Logger, pino, stdSerializers } from 'pino';

/** The one logger type of the service. Rooms get a child of it; none makes its own. */
export type Log = Logger;

/** Pino's levels, from most to least talkative; `silent` writes nothing. */
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** One of {@link logLevels}. */
export type LogLevel = (typeof logLevels)[number];

/** Makes the root logger: JSON lines on standard error, so that standard output stays for people. */
export function createLog(level: LogLevel): Log {
  // Not pino's own `err`, which strings the messages of all causes together: most of them repeat their cause's.
  const serializers = { err: stdSerializers.errWithCause };
  // Synchronous, so that the last line before an exit is never lost.
  return pino({ level, base: null, serializers }, pino.destination({ fd: 2, sync: true }));
}
