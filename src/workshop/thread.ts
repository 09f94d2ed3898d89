// The thread of the workshop, run by piscina.
import { Piscina } from 'piscina';
import type { CheckTask, TemplateReport } from '../templates/index.ts';

/** A thread that answers one task at a time. */
export interface Thread {
  /** Rejects where the thread breaks, or when `signal` ends the task; another thread then takes its place. */
  run(task: CheckTask, options: { readonly signal: AbortSignal }): Promise<TemplateReport>;
  /** Ends it; what is under way is rejected. */
  destroy(): Promise<void>;
}

const NURSERY_MB = 8;

/** Starts a thread with at most `heapMb` MiB. `onBroken` is told where it breaks without a task: it cannot even start. */
export function startThread(heapMb: number, onBroken: (error: unknown) => void): Thread {
  const { url } = import.meta;
  const isSource = url.endsWith('.ts');
  const pool = new Piscina<CheckTask, TemplateReport>({
    filename: new URL(isSource ? './worker.ts' : './worker.js', url).href,
    name: 'check',
    minThreads: 1,
    maxThreads: 1,
    // A small nursery costs nothing measurable here, and keeps the thread small between checks.
    resourceLimits: { maxOldGenerationSizeMb: heapMb, maxYoungGenerationSizeMb: NURSERY_MB },
    // A thread does not inherit what lets its process read TypeScript.
    execArgv: isSource ? ['--import', import.meta.resolve('tsx')] : [],
  });
  pool.on('error', onBroken);
  return pool;
}
