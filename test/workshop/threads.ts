// Threads that are none: a test says what becomes of each task, and when a thread breaks.
import type { CheckTask, TemplateReport } from '../../src/templates/index.ts';
import type { Thread } from '../../src/workshop/thread.ts';

export interface RunningTask {
  readonly task: CheckTask;
  readonly signal: AbortSignal;
  readonly end: (report: Partial<TemplateReport>) => void;
  readonly fail: (error: unknown) => void;
}

export interface FakeThread {
  readonly tasks: RunningTask[];
  isDestroyed: boolean;
  /** As where it could not start. */
  readonly break: (error: Error) => void;
}

/** Starts such threads, and keeps them in `threads`. */
export function fakeThreads() {
  const threads: FakeThread[] = [];
  const startThread = (_heapMb: number, onBroken: (error: unknown) => void): Thread => {
    const thread: FakeThread = { tasks: [], isDestroyed: false, break: onBroken };
    threads.push(thread);
    return {
      run: (task, { signal }) =>
        new Promise((resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error));
          const end = (report: Partial<TemplateReport>) => resolve(report as TemplateReport);
          thread.tasks.push({ task, signal, end, fail: reject });
        }),
      destroy: async () => {
        thread.isDestroyed = true;
        for (const { fail } of thread.tasks) fail(new Error('The task was ended with its thread.'));
      },
    };
  };
  return { startThread, threads };
}
