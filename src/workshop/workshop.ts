// Where templates are read, proven and tried: a thread of its own, so that no template holds up anything else. It is
// started when it is first needed, and started anew where it breaks.
import { Piscina } from 'piscina';
import { unavailable } from '../domain/errors.ts';
import type { CheckTask, PlanResult, TemplateReport } from '../templates/index.ts';

/** The workshop. */
export interface Workshop {
  /** Checks a template. Rejects with `unavailable` where too many checks wait, and with an error where it breaks. */
  check(task: CheckTask): Promise<TemplateReport>;
  /** Reads and proves a template for rendering: never turned away, since there is an event that waits for it. */
  plan(source: string): Promise<PlanResult>;
  /** Ends the thread. What is under way is rejected. */
  stop(): Promise<void>;
}

/** How much a workshop may take on. */
export interface WorkshopLimits {
  /** Checks that are under way or wait. A usual one takes some milliseconds, the longest some hundred. */
  readonly checks: number;
  /** Memory of the thread, in MiB; more breaks it. The limits of templates keep it far below. */
  readonly heapMb: number;
  /** When a task is given up that should have ended long ago. Answers never depend on it: work is bounded by counts. */
  readonly longestMs: number;
}

const LIMITS: WorkshopLimits = { checks: 32, heapMb: 96, longestMs: 60_000 };

const NURSERY_MB = 8;

/** A workshop whose thread is not started yet. */
export function createWorkshop(limits: WorkshopLimits = LIMITS): Workshop {
  let pool: Piscina<CheckTask, TemplateReport> | undefined;
  let checks = 0;
  let isStopped = false;
  const run = (task: CheckTask): Promise<TemplateReport> => {
    if (isStopped) return Promise.reject(new Error('The engine is stopping.'));
    const current = (pool ??= createPool(limits, () => {
      // A thread that broke without a task could not even start: whoever waits is told, and the next one tries anew.
      pool = undefined;
      void current.destroy();
    }));
    return current.run(task, { signal: AbortSignal.timeout(limits.longestMs) });
  };
  return {
    async check(task) {
      if (checks >= limits.checks) {
        throw unavailable('templates_busy', 'Too many templates wait to be checked; nothing was stored.', 2);
      }
      checks += 1;
      try {
        return await run(task);
      } finally {
        checks -= 1;
      }
    },
    plan: (source) => planOf(run, source),
    async stop() {
      isStopped = true;
      await pool?.destroy();
    },
  };
}

function createPool(limits: WorkshopLimits, onBroken: () => void): Piscina<CheckTask, TemplateReport> {
  const { url } = import.meta;
  const isSource = url.endsWith('.ts');
  const pool = new Piscina<CheckTask, TemplateReport>({
    filename: new URL(isSource ? './worker.ts' : './worker.js', url).href,
    name: 'check',
    minThreads: 1,
    maxThreads: 1,
    // A small nursery costs nothing measurable here, and keeps the thread small between checks.
    resourceLimits: { maxOldGenerationSizeMb: limits.heapMb, maxYoungGenerationSizeMb: NURSERY_MB },
    // A thread does not inherit what lets its process read TypeScript.
    execArgv: isSource ? ['--import', import.meta.resolve('tsx')] : [],
  });
  pool.on('error', onBroken);
  return pool;
}

// Tried twice: a thread can break by no fault of the template, and the event would be the one to pay.
async function planOf(run: (task: CheckTask) => Promise<TemplateReport>, source: string): Promise<PlanResult> {
  const task: CheckTask = { source, payload: undefined, wants: 'plan' };
  const { plan, errors } = await run(task).catch(() => run(task));
  return plan === undefined ? { ok: false, faults: [...errors] } : { ok: true, plan };
}
