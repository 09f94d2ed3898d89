// Nothing is left behind, also where a run is broken off: no process, no folder.
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Makes signals end this process in a way in which what it has begun is cleared up. */
export function leaveOnSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));
}

/** Sees to it that a child ends with this process. Gives what undoes that. */
export function endWith(child: ChildProcess): () => void {
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  return () => process.off('exit', kill);
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
  const remove = (): void => {
    process.off('exit', remove);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  process.once('exit', remove);
  return { folder, remove };
}
