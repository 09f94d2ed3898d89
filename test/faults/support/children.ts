// The processes that experiments start: each is ended by its id, also when an experiment fails or the runner ends.
import type { ChildProcess } from 'node:child_process';

const alive = new Set<ChildProcess>();

process.once('exit', () => {
  for (const child of alive) child.kill('SIGKILL');
});

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Watches over a process until it has ended, and says how it did. */
export function watch(child: ChildProcess): Promise<Exit> {
  alive.add(child);
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      alive.delete(child);
      resolve({ code, signal });
    });
  });
}
