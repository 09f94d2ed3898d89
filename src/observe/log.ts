// The log: one JSON object a line on standard output, and a second wall against secrets in it.
import type { Logger } from 'pino';
import { destination, pino } from 'pino';
import { gatherLines } from './gather.ts';
import { redact } from './redact.ts';

/** The levels, from the most talkative to none at all. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

/** What writes lines. */
export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;

/** Where lines go. */
export interface LogSink {
  write(line: string): void;
}

/** How to log. Without a sink the lines go to standard output, those of one turn of the event loop together. */
export interface LogOptions {
  readonly level: LogLevel;
  readonly sink?: LogSink;
  /** Milliseconds since 1970; the machine's where it is left out. */
  readonly nowMs?: () => number;
}

/** Makes the log of a process. */
export function createLog(options: LogOptions): Log {
  return pino(
    {
      level: options.level,
      base: null,
      messageKey: 'message',
      timestamp: isoTime(options.nowMs ?? Date.now),
      formatters: { level: (label) => ({ level: label }), log: redact },
    },
    options.sink ?? standardOutput(),
  );
}

// As that of the logger, which writes the time anew for each line: a busy process has several in a millisecond.
function isoTime(nowMs: () => number): () => string {
  let [lastMs, last] = [Number.NaN, ''];
  return () => {
    const now = nowMs();
    if (now !== lastMs) [lastMs, last] = [now, `,"time":"${new Date(now).toISOString()}"`];
    return last;
  };
}

function standardOutput(): LogSink {
  return gatherLines({
    sink: destination({ dest: 1, sync: true }),
    atEndOfTurn: (flush) => setImmediate(flush),
    atExit: (flush) => process.once('exit', flush),
  });
}
