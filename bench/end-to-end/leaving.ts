// Nothing is left behind, also where a run is broken off: no process, no folder.
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const tasks = new Set<() => void>();
let isListening = false;

/** Sees to it that something is done when this process ends, what came last first. Gives what undoes that. */
export function atExit(task: () => void): () => void {
  if (!isListening) process.once('exit', () => [...tasks].toReversed().forEach((one) => one()));
  isListening = true;
  tasks.add(task);
  return () => void tasks.delete(task);
}

/** Makes signals end this process in a way in which what it has begun is cleared up. */
export function leaveOnSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));
}

/** Sees to it that a child ends with this process. Gives what undoes that. */
export function endWith(child: ChildProcess): () => void {
  return atExit(() => void child.kill('SIGKILL'));
}

/** A folder that goes with this process, or before. */
export interface Temporary {
  readonly folder: string;
  readonly remove: () => void;
}

/** A folder that somebody else keeps, or one of its own. */
export function folderOr(kept: string | undefined): Temporary {
  return kept === undefined ? temporaryFolder() : { folder: kept, remove: () => undefined };
}

/** Makes one. */
export function temporaryFolder(): Temporary {
  const folder = mkdtempSync(join(tmpdir(), 'hookwright-bench-'));
  const erase = (): void => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  const forget = atExit(erase);
  const remove = (): void => {
    forget();
    erase();
  };
  return { folder, remove };
}
