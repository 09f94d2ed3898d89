// Writes the lines of one turn of the event loop at once: each write is a call of the system, and takes as long as
// making the line does.
import type { LogSink } from './log.ts';

// A turn that logs more than this, in characters, is written piece by piece.
const MOST_GATHERED = 64 * 1024;

/** What gathering touches. */
export interface GatherDeps {
  readonly sink: LogSink;
  /** Calls back at the end of this turn of the event loop. */
  atEndOfTurn(flush: () => void): void;
  /** Calls back when the process ends by itself, is told to, or falls over an error. */
  atExit(flush: () => void): void;
}

/** A sink whose lines reach `deps.sink` in order, together, and before the process ends. A kill loses those of a turn. */
export function gatherLines(deps: GatherDeps): LogSink {
  let gathered = '';
  const flush = (): void => {
    const lines = gathered;
    gathered = '';
    if (lines !== '') deps.sink.write(lines);
  };
  deps.atExit(flush);
  return {
    write: (line) => {
      if (gathered === '') deps.atEndOfTurn(flush);
      gathered += line;
      if (gathered.length >= MOST_GATHERED) flush();
    },
  };
}
